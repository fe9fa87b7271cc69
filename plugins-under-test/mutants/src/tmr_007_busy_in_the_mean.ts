// Breaks TMR-007: 12 ms of work ten times a second are 12 % of the reference host.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  let sum = 0;
  reactor.registerTimer((eventTime) => {
    for (let i = 0; i < 8_000; i++) sum += Math.sqrt(i) * Math.sin(i);
    return eventTime + 0.1;
  }, reactor.NOW);
  return {};
}
