// Breaks CFG-007: which lamp is the first depends on the order of lines in the file.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const first = config.getPrefixOptions("lamp_")[0] ?? "none";
  config.getInt("lamp_left", { default: 1, minval: 0, maxval: 9 });
  config.getInt("lamp_right", { default: 1, minval: 0, maxval: 9 });
  return { getStatus: (_eventTime?: number) => ({ first }) };
}
