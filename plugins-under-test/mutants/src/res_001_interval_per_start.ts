// Breaks RES-001: each start leaves one more JavaScript timer behind.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const interval = setInterval(() => printer.getReactor().monotonic(), 60_000);
  interval.ref();
  return {};
}
