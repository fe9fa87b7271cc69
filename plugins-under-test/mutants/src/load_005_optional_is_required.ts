// Breaks LOAD-005: an option with a default is required all the same.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const lamp = config.get("lamp", { default: "" });
  if (lamp === "") throw config.error(`Option 'lamp' in section '${config.getName()}' must not be empty`);
  return { getStatus: (_eventTime?: number) => ({ lamp }) };
}
