/** Breaks LOAD-008: [load_008_name_taken_for_granted] without a name ends in a TypeError, not in a config error. */
import type { Config } from "kalico-hil";

export function loadConfigPrefix(config: Config) {
  const name = config.getName().split(" ")[1]!.toUpperCase();
  return { getStatus: (_eventTime?: number) => ({ name }) };
}

export const loadConfig = loadConfigPrefix;
