// Breaks TMR-009: updateTimer is ignored inside the timer's own callback.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  const timer = reactor.registerTimer((eventTime) => {
    reactor.updateTimer(timer, eventTime + 5);
    return reactor.NEVER;
  }, reactor.NOW);
  return {};
}
