// Breaks CFG-002: an unknown word ends in a TypeError.
import type { Config } from "kalico-hil";

const MODES: Record<string, { interval: number }> = { slow: { interval: 10 }, fast: { interval: 1 } };

export function loadConfig(config: Config) {
  const { interval } = MODES[config.get("mode", { default: "slow" })]!;
  return { getStatus: (_eventTime?: number) => ({ interval }) };
}
