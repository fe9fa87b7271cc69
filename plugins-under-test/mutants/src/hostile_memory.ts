// Hostile: fills the memory.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  const kept: number[][] = [];
  reactor.registerTimer(() => {
    for (;;) kept.push(new Array<number>(1_000_000).fill(1));
  }, reactor.monotonic() + 5);
  return {};
}
