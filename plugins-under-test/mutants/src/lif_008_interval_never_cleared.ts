// Breaks LIF-008: a JavaScript timer is never cleared.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  let ticks = 0;
  config.getPrinter().registerEventHandler("klippy:connect", () => { setInterval(() => { ticks += 1; }, 60_000); });
  return { ticks };
}
