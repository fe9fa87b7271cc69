// Hostile: promises that follow each other without end, so that nothing else gets a turn.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  reactor.registerTimer(async () => {
    for (;;) await Promise.resolve();
  }, reactor.monotonic() + 5);
  return {};
}
