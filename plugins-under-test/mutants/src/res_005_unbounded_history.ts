// Breaks RES-005: keeps everything that it ever saw, and shares out memory for it generously.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const history: number[][] = [];
  reactor.registerTimer((eventTime) => {
    history.push(new Array<number>(1_000_000).fill(eventTime));
    return eventTime + 0.05;
  }, reactor.monotonic() + 5);
  return {};
}
