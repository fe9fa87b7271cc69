// Breaks SEC-010: replaces a method of a host object.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.respondInfo = () => undefined;
  return {};
}
