// Breaks LOAD-014: a module variable outlives the restart.
import type { Config } from "kalico-hil";

let starts = 0;

export function loadConfig(_config: Config) {
  starts += 1;
  const mine = starts;
  return { getStatus: (_eventTime?: number) => ({ starts: mine }) };
}
