// Breaks MCU-004: sets its pin up only at the first start: after RESTART the configuration is another one.
import type { Config, DigitalOut, Pins } from "kalico-hil";

let lamp: DigitalOut | undefined;

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const desc = config.get("pin");
  if (lamp === undefined) {
    lamp = printer.lookupObject<Pins>("pins").setupPin<DigitalOut>("digital_out", desc);
    lamp.setupMaxDuration(0);
    lamp.setupStartValue(0, 0);
  }
  return {};
}
