// Hostile: prints without end.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  const line = "x".repeat(100_000);
  reactor.registerTimer(() => {
    for (;;) console.log(line);
  }, reactor.monotonic() + 5);
  return {};
}
