// Breaks MOT-006: inserts a dwell into a print that runs.
import type { Config, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("print_stats:start_printing", () => {
    reactor.registerCallback(async () => { await printer.lookupObject<Toolhead>("toolhead").dwell(0.5); }, reactor.monotonic() + 20);
  });
  return {};
}
