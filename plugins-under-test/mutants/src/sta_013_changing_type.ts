// Breaks STA-013: a word first, a number later.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  let tool: string | number = "none";
  config.getPrinter().registerEventHandler("klippy:ready", () => { tool = 0; });
  return { getStatus: (_eventTime?: number) => ({ tool }) };
}
