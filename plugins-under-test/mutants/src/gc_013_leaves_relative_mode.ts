// Breaks GC-013: leaves the printer in relative mode.
import type { Config, GCode } from "kalico-hil";

// kalico-capabilities: moves

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("NUDGE", async () => { await gcode.runScriptFromCommand("G91\nG1 X1 F3000"); }, { desc: "Move a bit to the right" });
  return {};
}
