// Breaks STA-005: a Set is no JSON.
import type { Config } from "kalico-hil";

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ seen: new Set(["left"]) }) });
