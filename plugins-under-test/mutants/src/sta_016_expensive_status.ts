// Breaks STA-016: computes for 20 ms (on the reference host) at every query.
import type { Config } from "kalico-hil";

export function loadConfig(_config: Config) {
  return {
    getStatus: (_eventTime?: number) => {
      let sum = 0;
      for (let i = 0; i < 12_000; i++) sum += Math.sqrt(i) * Math.sin(i);
      return { sum: Math.round(sum) };
    },
  };
}
