// Breaks TMR-010: starts a worker thread.
import { Worker } from "node:worker_threads";
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  config.getPrinter().registerEventHandler("klippy:ready", () => {
    try {
      new Worker("setInterval(() => {}, 1000)", { eval: true });
    } catch {
      reactor.NEVER;
    }
  });
  return {};
}
