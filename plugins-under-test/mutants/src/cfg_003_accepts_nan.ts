// Breaks CFG-003: nan passes the getter, and nobody else looks.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const factor = config.getFloat("factor", { default: 1 });
  return { getStatus: (_eventTime?: number) => ({ large: factor > 1 }) };
}
