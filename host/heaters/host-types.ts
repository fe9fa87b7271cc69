/** The types of other parts of the host that heaters and hardware modules use, in one place. */
export type { ConfigSection } from "../config/config-section.js";
export type { GCodeCommand } from "../gcode/gcode-command.js";
export type { GCodeDispatch } from "../gcode/dispatch.js";
export type { Printer } from "../printer/printer-surface.js";
