// Breaks MOT-005: works for 80 ms (on the reference host) before the first move of each segment.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  let sum = 0;
  printer.registerEventHandler("toolhead:sync_print_time", () => { for (let i = 0; i < 50_000; i++) sum += Math.sqrt(i) * Math.sin(i); });
  return { sum };
}
