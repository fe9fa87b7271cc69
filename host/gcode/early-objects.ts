/** The objects that g-code brings before the configuration is read: `gcode` and `gcode_io`. */
import type { Printer } from "../printer/printer-surface.js";
import { registerBuiltInCommands } from "./built-in-commands.js";
import { GCodeDispatch } from "./dispatch.js";

/** Stands for the serial input of Kalico; here input comes from scripts, files and the API. */
export class GCodeIo {
  stats(_eventTime: number): [boolean, string] {
    return [false, "gcodein=0"];
  }
}

/** Adds them to the printer, for `PrinterStages.early`. */
export function addGcodeObjects(printer: Printer): GCodeDispatch {
  const gcode = new GCodeDispatch(printer);
  registerBuiltInCommands(gcode);
  printer.addObject("gcode", gcode);
  printer.addObject("gcode_io", new GCodeIo());
  return gcode;
}
