/** Built-in modules for further motors, filament, pins and printing aids, by the first word of their sections. */
import type { HostModule } from "../printer/module-table.js";
import * as filamentMotionSensor from "./filament-motion-sensor.js";
import * as firmwareRetraction from "./firmware-retraction.js";
import * as gcodeButton from "./gcode-button.js";
import * as hallFilamentWidthSensor from "./hall-filament-width-sensor.js";
import * as heatedFan from "./heated-fan.js";
import * as manualStepper from "./manual-stepper.js";
import * as mixingExtruder from "./mixing-extruder.js";
import * as multiPin from "./multi-pin.js";
import * as pwmCycleTime from "./pwm-cycle-time.js";
import * as pwmTool from "./pwm-tool.js";
import * as sdcardLoop from "./sdcard-loop.js";
import * as tsl1401clFilamentWidthSensor from "./tsl1401cl-filament-width-sensor.js";

export const printModules: Readonly<Record<string, HostModule>> = {
  filament_motion_sensor: filamentMotionSensor,
  firmware_retraction: firmwareRetraction,
  gcode_button: gcodeButton,
  hall_filament_width_sensor: hallFilamentWidthSensor,
  heated_fan: heatedFan,
  manual_stepper: manualStepper,
  mixing_extruder: mixingExtruder,
  multi_pin: multiPin,
  pwm_cycle_time: pwmCycleTime,
  pwm_tool: pwmTool,
  sdcard_loop: sdcardLoop,
  tsl1401cl_filament_width_sensor: tsl1401clFilamentWidthSensor,
};
