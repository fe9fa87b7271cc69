// Breaks LOAD-006: refuses values that its own getter allows.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const speed = config.getInt("speed", { default: 10, minval: 0, maxval: 100 });
  if (speed > 50) throw config.error(`Option 'speed' in section '${config.getName()}' is too high`);
  return { getStatus: (_eventTime?: number) => ({ speed }) };
}
