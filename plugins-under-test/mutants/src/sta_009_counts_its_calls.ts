// Breaks STA-009: every call changes what the next one reports.
import type { Config } from "kalico-hil";

let calls = 0;

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ calls: ++calls }) });
