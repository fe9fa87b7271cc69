// Breaks TMR-001: the timer returns nothing on one path.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  let left = 3;
  const tick = (eventTime: number) => (left-- > 0 ? eventTime + 1 : undefined);
  reactor.registerTimer(tick as (eventTime: number) => number, reactor.NOW);
  return {};
}
