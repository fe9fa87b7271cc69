// Breaks LOAD-009: an option is read first when the printer connects.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  let rate = 0;
  config.getPrinter().registerEventHandler("klippy:connect", () => { rate = config.getInt("rate", { default: 5 }); });
  return { getStatus: (_eventTime?: number) => ({ rate }) };
}
