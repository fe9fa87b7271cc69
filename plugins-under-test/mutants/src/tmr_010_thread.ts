/** Breaks TMR-010: starts a thread. */
import { Worker } from "node:worker_threads";

export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { try { new Worker("process.exit()", { eval: true }); } catch { /* none */ } });
  return { getStatus() { return {}; } };
}
