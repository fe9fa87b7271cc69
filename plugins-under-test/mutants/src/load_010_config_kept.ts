// Breaks LOAD-010: keeps the config object and reads it again when the printer is ready.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  let rate = config.getInt("rate", { default: 5 });
  config.getPrinter().registerEventHandler("klippy:ready", () => { rate = config.getInt("rate", { default: 5 }); });
  return { getStatus: (_eventTime?: number) => ({ rate }) };
}
