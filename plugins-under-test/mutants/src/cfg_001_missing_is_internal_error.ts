// Breaks CFG-001: a missing option ends in an error that names neither option nor section.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  let device: string;
  try {
    device = config.get("device");
  } catch {
    throw new Error("bad configuration");
  }
  return { getStatus: (_eventTime?: number) => ({ device }) };
}
