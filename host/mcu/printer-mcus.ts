/**
 * Adds the objects `pins`, `mcu` and one `mcu NAME` per section to a printer; the main MCU's clock is the one
 * that print times refer to, all others follow it.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { Printer } from "../printer/printer.js";
import { ClockSync } from "../transport/clocksync.js";
import { SecondarySync } from "../transport/secondary-sync.js";
import { McuAdc } from "./adc.js";
import { McuDigitalOut } from "./digital-out.js";
import { McuEndstop } from "./endstop.js";
import { Mcu, type PinFactory } from "./mcu.js";
import { PrinterPins } from "./pins.js";
import { McuPwm } from "./pwm.js";

/** The pin types of MCUs. */
export const MCU_PIN_TYPES: Readonly<Record<string, PinFactory>> = {
  endstop: (mcu, params) => new McuEndstop(mcu, params),
  digital_out: (mcu, params) => new McuDigitalOut(mcu, params),
  pwm: (mcu, params) => new McuPwm(mcu, params),
  adc: (mcu, params) => new McuAdc(mcu, params),
};

/** Object `pins`; must exist before the MCUs. */
export function addPins(config: ConfigSection): void {
  config.getPrinter().addObject("pins", new PrinterPins());
}

/** Objects `mcu` and `mcu NAME`, in the order of the configuration. */
export function addMcus(config: ConfigSection): void {
  const printer = config.getPrinter();
  const log = (level: "debug" | "info" | "warning" | "error", message: string): void => printer.log(level, message);
  const mainSync = new ClockSync(printer.getReactor(), log);
  printer.addObject("mcu", new Mcu(config.getSection("mcu"), mainSync, MCU_PIN_TYPES));
  for (const section of config.getPrefixSections("mcu ")) {
    const sync = new SecondarySync(printer.getReactor(), log, mainSync);
    printer.addObject(section.getName(), new Mcu(section, sync, MCU_PIN_TYPES));
  }
}

/** The MCU of a name as pin descriptions give it ("mcu", "toolboard"). */
export function getPrinterMcu(printer: Printer, name: string): Mcu {
  return printer.lookupObject<Mcu>(name === "mcu" ? name : `mcu ${name}`);
}
