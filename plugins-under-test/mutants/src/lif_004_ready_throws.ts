// Breaks LIF-004: the handler of klippy:ready fails when an optional object is not configured.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { printer.lookupObject<{ profiles: string[] }>("bed_mesh", null).profiles.sort(); });
  return {};
}
