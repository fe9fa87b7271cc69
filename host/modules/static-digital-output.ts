/** `[static_digital_output <name>]`: pins that are set once, when the MCU is configured. */
import type { ConfigSection } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PrinterPins } from "../mcu/pins.js";

export class PrinterStaticDigitalOut {
  constructor(config: ConfigSection) {
    const pins = config.getPrinter().lookupObject<PrinterPins>("pins");
    for (const description of config.getList("pins")) {
      const { chip, pin, invert } = pins.lookupPin(description, { canInvert: true });
      (chip as Mcu).addConfigCmd(`set_digital_out pin=${pin} value=${invert === 0 ? 1 : 0}`);
    }
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterStaticDigitalOut {
  return new PrinterStaticDigitalOut(config);
}
