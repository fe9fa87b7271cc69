// Breaks GC-017: answers with a table of 80 lines.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("SHOW_TABLE", (gcmd) => { for (let i = 0; i < 80; i++) gcmd.respondInfo(`row ${i}`); }, { desc: "Show the table" });
  return {};
}
