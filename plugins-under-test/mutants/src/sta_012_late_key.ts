// Breaks STA-012: a key appears only when the printer is ready; subscribers never get it.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const status: Record<string, number> = { version: 1 };
  config.getPrinter().registerEventHandler("klippy:ready", () => { status["ready"] = 1; });
  return { getStatus: (_eventTime?: number) => ({ ...status }) };
}
