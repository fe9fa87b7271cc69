// Breaks TMR-004: the timer throws when a sensor gives nothing.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  const readings: number[][] = [];
  reactor.registerTimer((eventTime) => eventTime + readings[0]!.length, reactor.monotonic() + 5);
  return {};
}
