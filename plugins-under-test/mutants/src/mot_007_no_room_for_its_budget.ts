// Breaks MOT-007: 100 short runs a second are harmless; 100 runs of the whole budget are not.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  reactor.registerTimer((eventTime) => eventTime + 0.01, reactor.NOW);
  return {};
}
