/** `[samd_sercom <name>]`: tells a SAMD micro-controller which pins a serial unit takes; must stand above what uses its bus. */
import type { ConfigSection } from "../../config/config-section.js";
import { PinError } from "../../errors.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { PrinterPins } from "../../mcu/pins.js";

export class SamdSercom {
  constructor(config: ConfigSection) {
    const pins = config.getPrinter().lookupObject<PrinterPins>("pins");
    const bus = config.get("sercom");
    const find = (name: string): { chip: Mcu; pin: string } => pins.lookupPin(name, { shareType: bus }) as unknown as { chip: Mcu; pin: string };
    const transmit = find(config.get("tx_pin"));
    const declare = (type: string, pin: { chip: Mcu; pin: string }): void => {
      if (pin.chip !== transmit.chip) throw new PinError(`${config.getName()}: SERCOM pins must be on same mcu`);
      pin.chip.addConfigCmd(`set_sercom_pin bus=${bus} sercom_pin_type=${type} pin=${pin.pin}`);
    };
    const receive = config.get("rx_pin", { default: null });
    const clock = find(config.get("clk_pin"));
    declare("tx", transmit);
    declare("clk", clock);
    if (receive !== null) declare("rx", find(receive));
  }
}

export const loadConfigPrefix = (config: ConfigSection): SamdSercom => new SamdSercom(config);
