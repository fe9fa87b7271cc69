// Breaks LOAD-018: adds a printer object under another name.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  config.getPrinter().addObject("filament_database", { getStatus: (_eventTime?: number) => ({ spools: 3 }) });
  return {};
}
