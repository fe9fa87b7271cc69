/** Breaks MOT-012: reports something different each time. */
import { randomInt } from "node:crypto";

export function loadConfig() {
  const id = randomInt(1_000_000_000);
  return { getStatus() { return { id }; } };
}
