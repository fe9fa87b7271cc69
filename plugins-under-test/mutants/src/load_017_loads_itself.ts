// Breaks LOAD-017: asks for its own section while it is being loaded.
import type { Config } from "kalico-hil";

let depth = 0;

export function loadConfig(config: Config) {
  depth += 1;
  const own = depth > 1 ? null : config.getPrinter().loadObject<object>(config, config.getName());
  depth -= 1;
  return { getStatus: (_eventTime?: number) => ({ linked: own !== null }) };
}
