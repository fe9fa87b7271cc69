// Breaks LIF-014: throws when a print is paused that it has not seen started.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  let job: { layers: number } | undefined;
  config.getPrinter().registerEventHandler("print_stats:paused_printing", () => { job!.layers += 1; });
  return { job };
}
