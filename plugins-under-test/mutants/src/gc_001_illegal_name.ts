// Breaks GC-001: the host refuses a name with a minus sign.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("TURN-LEFT", () => undefined, { desc: "Turn left" });
  return {};
}
