/**
 * Chips on buses that a configuration names: drivers of Trinamic by UART or SPI, chips with plain registers. Each is wired to the controller of its
 * pin when the plant is attached.
 */
import { REGISTER_CHIPS, RegisterI2c } from "../devices/i2c-chips.js";
import { Tmc2660Spi, TMC_MODELS, TmcSpi, TmcSpiChain, TmcUart } from "../devices/tmc-driver.js";
import type { PlantAttachment } from "../firmware/gpio.js";
import { numberOf, type PinReader, type Sections } from "./config-values.js";

/** Wires one chip to a controller. */
export interface BusDevice {
  attach(mcu: PlantAttachment): void;
}

/** Reading (0…1) of the sensor inside a micro-controller at some 12 °C, by the nominal lines of RP2040 and STM32F4 alike. */
const CHIP_TEMPERATURE_LEVEL = 0.2205;

/** The chips of a configuration. */
export function busDevices(sections: Sections, pins: PinReader): BusDevice[] {
  const devices: BusDevice[] = [];
  const chains = new Map<string, TmcSpiChain>();
  for (const [name, section] of Object.entries(sections)) {
    const kind = name.split(" ", 1)[0]!;
    const model = TMC_MODELS[kind === "tmc2225" ? "tmc2208" : kind === "tmc2226" ? "tmc2209" : kind];
    const uart = pins.pinOf(section, "uart_pin");
    const select = pins.pinOf(section, "cs_pin");
    if (model !== undefined && uart !== undefined) {
      const chip = new TmcUart(model, numberOf(section, "uart_address", 0));
      devices.push({ attach: (mcu) => { if (mcu.mcuName === uart.mcu) mcu.gpio.devices.attachUart(uart.pin, chip); } });
    } else if (model !== undefined && select !== undefined && section["chain_length"] !== undefined) {
      const key = `${select.mcu}:${select.pin}`;
      const chain = chains.get(key) ?? new TmcSpiChain(numberOf(section, "chain_length", 1));
      chain.place(numberOf(section, "chain_position", 1), new TmcSpi(model));
      if (chains.has(key)) continue;
      chains.set(key, chain);
      devices.push({ attach: (mcu) => { if (mcu.mcuName === select.mcu) mcu.gpio.devices.attachSpi(select.pin, chain); } });
    } else if ((model !== undefined || kind === "tmc2660") && select !== undefined) {
      const chip = model === undefined ? new Tmc2660Spi() : new TmcSpi(model);
      devices.push({ attach: (mcu) => { if (mcu.mcuName === select.mcu) mcu.gpio.devices.attachSpi(select.pin, chip); } });
    } else if (section["sensor_type"] === "temperature_mcu") {
      const chip = section["sensor_mcu"] ?? "mcu";
      devices.push({ attach: (mcu) => { if (mcu.mcuName === chip && mcu.gpio.pinNames().includes("ADC_TEMPERATURE")) mcu.gpio.attachAnalog("ADC_TEMPERATURE", () => CHIP_TEMPERATURE_LEVEL); } });
    } else if (kind === "adc_scaled") {
      // Exact references: the upper one reads full scale, the lower one nothing.
      const top = pins.pinOf(section, "vref_pin");
      devices.push({ attach: (mcu) => { if (top !== undefined && mcu.mcuName === top.mcu) mcu.gpio.attachAnalog(top.pin, () => 1); } });
    } else if (kind in REGISTER_CHIPS) {
      const address = numberOf(section, "i2c_address", REGISTER_CHIPS[kind] ?? -1);
      const chip = new RegisterI2c();
      devices.push({ attach: (mcu) => { if (mcu.mcuName === (section["i2c_mcu"] ?? "mcu")) mcu.gpio.devices.attachI2c(address, chip); } });
    }
  }
  return devices;
}
