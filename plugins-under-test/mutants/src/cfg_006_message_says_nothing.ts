// Breaks CFG-006: the config error names neither option nor section.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const side = config.get("side", { default: "left" });
  if (side !== "left" && side !== "right") throw config.error("Bad value");
  return { getStatus: (_eventTime?: number) => ({ side }) };
}
