// Breaks STA-006: a typed array in the status.
import type { Config } from "kalico-hil";

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ samples: new Float64Array(8) }) });
