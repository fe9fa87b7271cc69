// Breaks LIF-006: runs G-code when the printer shuts down.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:shutdown", () => { void printer.lookupObject<GCode>("gcode").runScript("M84").catch(() => undefined); });
  return {};
}
