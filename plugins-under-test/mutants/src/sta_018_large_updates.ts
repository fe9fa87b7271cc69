// Breaks STA-018: thousands of bytes change from one query to the next.
import type { Config } from "kalico-hil";

export function loadConfig(_config: Config) {
  return { getStatus: (eventTime = 0) => ({ curve: Array.from({ length: 300 }, (_, i) => Math.round(eventTime * 1000) + i) }) };
}
