// Breaks LIF-011: computes for 20 ms (on the reference host) while the first move of a segment waits.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  let sum = 0;
  config.getPrinter().registerEventHandler("toolhead:sync_print_time", () => { for (let i = 0; i < 12_000; i++) sum += Math.sqrt(i) * Math.sin(i); });
  return { sum };
}
