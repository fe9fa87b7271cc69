// Hostile: throws what is no Error.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  reactor.registerTimer(() => {
    throw null;
  }, reactor.monotonic() + 5);
  return {};
}
