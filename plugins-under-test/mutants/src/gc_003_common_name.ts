// Breaks GC-003: half of all printers have a macro of this name.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("LOAD_FILAMENT", () => undefined, { desc: "Load filament" });
  return {};
}
