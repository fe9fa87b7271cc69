// Breaks MCU-010: leaves the maximum duration of its output at what it happens to be.
import type { Config, DigitalOut, Pins } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const pin = printer.lookupObject<Pins>("pins").setupPin<DigitalOut>("digital_out", config.get("pin"));
  return { pin };
}
