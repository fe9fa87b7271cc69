// Breaks MOT-004: switches a pin 10 ms ahead instead of 100 ms.
import type { Config, DigitalOut, Pins } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const pin = printer.lookupObject<Pins>("pins").setupPin<DigitalOut>("digital_out", config.get("pin"));
  pin.setupMaxDuration(0);
  pin.setupStartValue(0, 0);
  let on = 0;
  reactor.registerTimer((eventTime) => {
    on = 1 - on;
    pin.setDigital(pin.getMcu().estimatedPrintTime(eventTime) + 0.01, on);
    return eventTime + 2;
  }, reactor.monotonic() + 5);
  return {};
}
