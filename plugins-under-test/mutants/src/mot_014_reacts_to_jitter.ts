// Breaks MOT-014: empties the look-ahead queue whenever its timer runs some milliseconds late.
import type { Config, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  let due = reactor.monotonic() + 5;
  reactor.registerTimer(() => {
    const late = reactor.monotonic() - due;
    if (late > 0.004) printer.lookupObject<Toolhead>("toolhead").flushStepGeneration();
    due = reactor.monotonic() + 1;
    return due;
  }, due);
  return {};
}
