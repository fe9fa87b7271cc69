// Breaks STA-001: getStatus is an object, not a function.
import type { Config } from "kalico-hil";

export const loadConfig = (_config: Config) => ({ getStatus: { level: 1 } });
