// Breaks HTR-002: raises the limit of a heater.
import type { Config, Heaters } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => {
    const heater = printer.lookupObject<Heaters>("heaters").lookupHeater("extruder") as { maxTemp: number };
    heater.maxTemp = 400;
  });
  return {};
}
