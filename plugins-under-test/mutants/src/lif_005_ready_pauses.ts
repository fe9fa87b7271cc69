// Breaks LIF-005: the handler of klippy:ready waits for a second.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", async () => { await reactor.pause(reactor.monotonic() + 1); });
  return {};
}
