// Breaks GC-002: HELP cannot say what the command does.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("TURN_LEFT", () => undefined);
  return {};
}
