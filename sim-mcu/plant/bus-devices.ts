/**
 * Chips on buses that a configuration names: drivers of Trinamic by UART or SPI, accelerometers, chips with plain registers. Each is wired to the controller of its
 * pin when the plant is attached.
 */
import { Adxl345, Lis2dw } from "../devices/accelerometers.js";
import { REGISTER_CHIPS, RegisterI2c } from "../devices/i2c-chips.js";
import { Tmc2660Spi, TMC_MODELS, TmcSpi, TmcUart } from "../devices/tmc-driver.js";
import type { PlantAttachment } from "../firmware/gpio.js";
import { numberOf, type PinReader, type Sections } from "./config-values.js";

/** Wires one chip to a controller. */
export interface BusDevice {
  attach(mcu: PlantAttachment): void;
}

/** The chips of a configuration. @param noise Gaussian with deviation 1, of a given number */
export function busDevices(sections: Sections, pins: PinReader, noise: (index: number) => () => number): BusDevice[] {
  const devices: BusDevice[] = [];
  let index = 0;
  for (const [name, section] of Object.entries(sections)) {
    const kind = name.split(" ", 1)[0]!;
    const model = TMC_MODELS[kind === "tmc2225" ? "tmc2208" : kind === "tmc2226" ? "tmc2209" : kind];
    const uart = pins.pinOf(section, "uart_pin");
    const select = pins.pinOf(section, "cs_pin");
    if (model !== undefined && uart !== undefined) {
      const chip = new TmcUart(model, numberOf(section, "uart_address", 0));
      devices.push({ attach: (mcu) => { if (mcu.mcuName === uart.mcu) mcu.gpio.devices.attachUart(uart.pin, chip); } });
    } else if ((model !== undefined || kind === "tmc2660") && select !== undefined) {
      const chip = model === undefined ? new Tmc2660Spi() : new TmcSpi(model);
      devices.push({ attach: (mcu) => { if (mcu.mcuName === select.mcu) mcu.gpio.devices.attachSpi(select.pin, chip); } });
    } else if ((kind === "adxl345" || kind === "lis2dw") && select !== undefined) {
      const chip = kind === "adxl345" ? new Adxl345(noise(index++)) : new Lis2dw(noise(index++));
      devices.push({ attach: (mcu) => { if (mcu.mcuName === select.mcu) mcu.gpio.devices.attachSpi(select.pin, chip); } });
    } else if (kind in REGISTER_CHIPS) {
      const address = numberOf(section, "i2c_address", REGISTER_CHIPS[kind] ?? -1);
      const chip = new RegisterI2c();
      devices.push({ attach: (mcu) => { if (mcu.mcuName === (section["i2c_mcu"] ?? "mcu")) mcu.gpio.devices.attachI2c(address, chip); } });
    }
  }
  return devices;
}
