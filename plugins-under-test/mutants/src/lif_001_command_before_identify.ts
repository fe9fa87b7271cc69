// Breaks LIF-001: looks up a micro-controller command before its dictionary is known.
import type { Config, Mcu } from "kalico-hil";

export function loadConfig(config: Config) {
  const mcu = config.getPrinter().lookupObject<Mcu>("mcu");
  const ping = mcu.tryLookupCommand("debug_ping data=%*s");
  return { getStatus: (_eventTime?: number) => ({ available: ping !== undefined }) };
}
