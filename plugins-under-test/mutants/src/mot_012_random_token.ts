// Breaks MOT-012: its status differs from run to run.
import { randomUUID } from "node:crypto";
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const token = randomUUID();
  printer.getReactor();
  return { getStatus: (_eventTime?: number) => ({ token }) };
}
