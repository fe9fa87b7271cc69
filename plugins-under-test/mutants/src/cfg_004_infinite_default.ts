// Breaks CFG-004: the default is published in configfile.settings, and JSON has no infinity.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const limit = config.getFloat("limit", { default: -Infinity });
  return { getStatus: (_eventTime?: number) => ({ limited: Number.isFinite(limit) }) };
}
