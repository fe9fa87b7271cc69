/** Breaks SEC-006: opens a connection. */
import { connect } from "node:net";

export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { try { connect(80, "127.0.0.1"); } catch { /* not allowed */ } });
  return { getStatus() { return {}; } };
}
