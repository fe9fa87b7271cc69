// Breaks CFG-012: reads whatever is written, so that a typing error is never reported.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const labels = Object.fromEntries(config.getPrefixOptions("").map((option) => [option, config.get(option)]));
  return { getStatus: (_eventTime?: number) => ({ labels }) };
}
