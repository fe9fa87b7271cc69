// Breaks HTR-006: holds the reactor for five seconds.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  reactor.registerTimer(() => {
    Atomics.wait(cell, 0, 0, 5000);
    return reactor.NEVER;
  }, reactor.monotonic() + 10);
  return {};
}
