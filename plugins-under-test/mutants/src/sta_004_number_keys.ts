// Breaks STA-004: a Map with numbers as keys.
import type { Config } from "kalico-hil";

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ layers: new Map([[1, "first"]]) }) });
