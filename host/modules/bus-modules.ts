/** Built-in modules for chips on buses, motor drivers, displays and helpers around pins, by the first word of their sections. */
import type { HostModule } from "../printer/module-table.js";
import { adxl345, icm20948, lis2dw, lis3dh, mpu9250 } from "./accel/accelerometer.js";
import * as adcScaled from "./bus-devices/adc-scaled.js";
import * as boardPins from "./bus-devices/board-pins.js";
import { ad5206, dac084S085, mcp4018, mcp4451, mcp4728 } from "./bus-devices/digipots.js";
import * as dotstar from "./bus-devices/dotstar.js";
import * as duplicatePinOverride from "./bus-devices/duplicate-pin-override.js";
import * as multiPin from "./bus-devices/multi-pin.js";
import { pca9533, pca9632 } from "./bus-devices/pca-leds.js";
import * as samdSercom from "./bus-devices/samd-sercom.js";
import * as servo from "./bus-devices/servo.js";
import * as display from "./displays/display.js";
import * as sx1509 from "./bus-devices/sx1509.js";
import { tmc2130, tmc2208, tmc2209, tmc2240, tmc2660, tmc5160 } from "./tmc/drivers.js";

export const busModules: Readonly<Record<string, HostModule>> = {
  ad5206,
  adc_scaled: adcScaled,
  adxl345,
  board_pins: boardPins,
  dac084S085,
  display,
  dotstar,
  duplicate_pin_override: duplicatePinOverride,
  icm20948,
  lis2dw,
  lis3dh,
  mcp4018,
  mcp4451,
  mcp4728,
  mpu9250,
  multi_pin: multiPin,
  pca9533,
  pca9632,
  samd_sercom: samdSercom,
  servo,
  sx1509,
  tmc2130,
  tmc2208,
  tmc2209,
  tmc2240,
  tmc2660,
  tmc5160,
};
