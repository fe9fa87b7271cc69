// Breaks MCU-006: sends 40 bytes to the micro-controller 50 times a second.
import type { Config, Mcu } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => {
    const ping = printer.lookupObject<Mcu>("mcu").lookupCommand("debug_ping data=%*s");
    reactor.registerTimer((eventTime) => {
      ping.send([new Uint8Array(40)]);
      return eventTime + 0.02;
    }, reactor.NOW);
  });
  return {};
}
