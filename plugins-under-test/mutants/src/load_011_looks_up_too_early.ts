// Breaks LOAD-011: finds the fan only if [fan] stands before its own section.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const fan = config.getPrinter().lookupObject<{ getStatus(eventTime: number): { speed: number } }>("fan");
  return { getStatus: (eventTime = 0) => ({ speed: fan.getStatus(eventTime).speed }) };
}
