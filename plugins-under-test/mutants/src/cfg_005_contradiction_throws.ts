// Breaks CFG-005: options that contradict each other end in an ordinary exception.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const low = config.getInt("low", { default: 10, minval: 0, maxval: 100 });
  const high = config.getInt("high", { default: 20, minval: 0, maxval: 100 });
  if (low > high) throw new RangeError("empty range");
  return { getStatus: (_eventTime?: number) => ({ low, high }) };
}
