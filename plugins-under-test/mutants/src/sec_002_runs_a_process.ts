// Breaks SEC-002: asks a program for the state of the network.
import { execFileSync } from "node:child_process";
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => {
    try {
      execFileSync("nmcli", ["general"]);
    } catch {
      printer.getReactor();
    }
  });
  return {};
}
