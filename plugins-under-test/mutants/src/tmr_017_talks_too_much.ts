// Breaks TMR-017: writes 20 lines a second to the log.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  reactor.registerTimer((eventTime) => {
    console.log(`tick ${eventTime}`);
    return eventTime + 0.05;
  }, reactor.NOW);
  return {};
}
