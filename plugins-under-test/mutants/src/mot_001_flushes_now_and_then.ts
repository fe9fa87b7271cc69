// Breaks MOT-001: empties the look-ahead queue every two seconds, which stops a print for a moment.
import type { Config, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("print_stats:start_printing", () => {
    const toolhead = printer.lookupObject<Toolhead>("toolhead");
    reactor.registerTimer((eventTime) => {
      toolhead.flushStepGeneration();
      return eventTime + 2;
    }, reactor.NOW);
  });
  return {};
}
