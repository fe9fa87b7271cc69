// Hostile: an endless computation inside the engine, where no counter reaches.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  const text = `${"a".repeat(60)}!`;
  reactor.registerTimer((eventTime) => (/^(a+)+$/.test(text) ? reactor.NEVER : eventTime + 1), reactor.monotonic() + 5);
  return {};
}
