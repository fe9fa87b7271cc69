/** Breaks SEC-002: starts a process. */
import { spawn } from "node:child_process";

export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { try { spawn("reboot"); } catch { /* not allowed */ } });
  return { getStatus() { return {}; } };
}
