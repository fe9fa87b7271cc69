// Breaks GC-005: text that is no JSON ends in a SyntaxError, and so in a shutdown.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("SET_LABELS", (gcmd) => { JSON.parse(gcmd.get("LABELS", { default: "{}" })); }, { desc: "Set labels" });
  return {};
}
