// Breaks SEC-006: reports each start to a server.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { void fetch("https://telemetry.example/start").catch(() => undefined); });
  return {};
}
