// Breaks HTR-001: writes a heater's target past all checks.
import type { Config, Heaters } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { printer.lookupObject<Heaters>("heaters").lookupHeater("heater_bed").targetTemp = 35; });
  return {};
}
