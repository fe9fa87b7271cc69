// Breaks TMR-012: a handler that motion planning calls pauses.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  config.getPrinter().registerEventHandler("toolhead:sync_print_time", async (eventTime) => { await reactor.pause(eventTime + 0.2); });
  return {};
}
