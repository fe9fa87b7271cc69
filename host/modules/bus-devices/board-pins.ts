/** `[board_pins <name>]`: second names for the pins of micro-controllers, and names that nobody may use (`EXP1_9=<GND>`). */
import type { ConfigSection } from "../../config/config-section.js";
import { getPrinterMcu } from "../../mcu/printer-mcus.js";
import type { PrinterPins } from "../../mcu/pins.js";

const RESERVED = /^<.*>$/s;

export class PrinterBoardAliases {
  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    const pins = printer.lookupObject<PrinterPins>("pins");
    const names = config.getList("mcu", { default: ["mcu"] });
    const resolvers = names.map((name) => pins.getPinResolver(name));
    for (const name of names) getPrinterMcu(printer, name);
    const options = ["aliases", ...config.getPrefixOptions("aliases_")];
    for (const option of options) {
      const pairs = config.getLists(option, { seps: ["=", ","], count: 2, ...(option === "aliases" ? { default: [] } : {}) }) as [string, string][];
      for (const [name, value] of pairs) {
        for (const resolver of resolvers) {
          if (RESERVED.test(value)) resolver.reservePin(name, value);
          else resolver.aliasPin(name, value);
        }
      }
    }
  }
}

export const loadConfig = (config: ConfigSection): PrinterBoardAliases => new PrinterBoardAliases(config);
export const loadConfigPrefix = loadConfig;
