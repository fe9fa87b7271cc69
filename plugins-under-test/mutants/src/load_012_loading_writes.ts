/** Breaks LOAD-012: writes a file while it is loaded. */
import { writeFileSync } from "node:fs";

export function loadConfig() {
  writeFileSync("load-012.txt", "loaded");
  return { getStatus() { return {}; } };
}
