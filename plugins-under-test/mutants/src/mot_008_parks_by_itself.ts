// Breaks MOT-008: moves when a print is over, unasked.
import type { Config, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("print_stats:complete_printing", () => {
    reactor.registerCallback(async () => { await printer.lookupObject<Toolhead>("toolhead").manualMove([10, null, null], 50); });
  });
  return {};
}
