// Breaks LIF-015: no server, no printing.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  reactor.registerTimer(() => {
    printer.invokeShutdown("Cannot reach the licence server");
    return reactor.NEVER;
  }, reactor.monotonic() + 5);
  return {};
}
