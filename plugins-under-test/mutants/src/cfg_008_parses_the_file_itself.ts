// Breaks CFG-008: reads printer.cfg by itself, and so sees ${…} instead of the value.
import { readFileSync } from "node:fs";
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  config.getInt("count", { default: 3, minval: 0, maxval: 1000 });
  const text = readFileSync(config.getPrinter().getStartArgs().config_file, "utf8");
  const count = Number(/^count:\s*(\d+)/m.exec(text)?.[1] ?? 3);
  return { getStatus: (_eventTime?: number) => ({ count }) };
}
