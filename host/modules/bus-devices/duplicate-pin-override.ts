/** `[duplicate_pin_override]`: pins that any number of sections may use. */
import type { ConfigSection } from "../../config/config-section.js";
import type { PrinterPins } from "../../mcu/pins.js";

export class PrinterDupPinOverride {
  constructor(config: ConfigSection) {
    const pins = config.getPrinter().lookupObject<PrinterPins>("pins");
    for (const pin of config.getList("pins")) pins.allowMultiUsePin(pin);
  }
}

export const loadConfig = (config: ConfigSection): PrinterDupPinOverride => new PrinterDupPinOverride(config);
export const loadConfigPrefix = loadConfig;
