/** Breaks STA-014: reads a file at each query. */
import { existsSync } from "node:fs";

export function loadConfig() {

  return { getStatus() { return { present: existsSync("/dev/lamp") }; } };
}
