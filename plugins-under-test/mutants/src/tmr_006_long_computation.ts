// Breaks TMR-006: the timer computes for 0.2 s (on the reference host) at a stretch.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  let sum = 0;
  reactor.registerTimer((eventTime) => {
    for (let i = 0; i < 130_000; i++) sum += Math.sqrt(i) * Math.sin(i);
    return eventTime + 10;
  }, reactor.monotonic() + 5);
  return {};
}
