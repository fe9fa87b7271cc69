// Breaks TMR-008: ready and disconnect both unregister the same timer.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  const timer = reactor.registerTimer((eventTime) => eventTime + 1);
  config.getPrinter().registerEventHandler("klippy:ready", () => reactor.unregisterTimer(timer));
  config.getPrinter().registerEventHandler("klippy:disconnect", () => reactor.unregisterTimer(timer));
  return {};
}
