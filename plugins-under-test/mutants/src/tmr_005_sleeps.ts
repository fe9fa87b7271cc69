// Breaks TMR-005: the timer sleeps for 150 ms.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  reactor.registerTimer((eventTime) => {
    Atomics.wait(cell, 0, 0, 150);
    return eventTime + 10;
  }, reactor.monotonic() + 5);
  return {};
}
