// Hostile: an endless loop in a timer.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  let turns = 0;
  reactor.registerTimer(() => {
    for (;;) turns += 1;
  }, reactor.monotonic() + 5);
  return {};
}
