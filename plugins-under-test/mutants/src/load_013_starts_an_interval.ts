// Breaks LOAD-013: starts a JavaScript timer while it is loaded.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  let ticks = 0;
  const interval = setInterval(() => { ticks += 1; }, 1000);
  config.getPrinter().registerEventHandler("klippy:disconnect", () => clearInterval(interval));
  return { ticks };
}
