// Breaks GC-019: a command exists only from the second start on.
import type { Config, GCode } from "kalico-hil";

let starts = 0;

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  starts += 1;
  if (starts > 1) gcode.registerCommand("RESUME_FROM_LAST", () => undefined, { desc: "Resume" });
  return {};
}
