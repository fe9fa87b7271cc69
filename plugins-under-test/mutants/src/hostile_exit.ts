// Hostile: ends the process.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  reactor.registerTimer(() => process.exit(0), reactor.monotonic() + 5);
  return {};
}
