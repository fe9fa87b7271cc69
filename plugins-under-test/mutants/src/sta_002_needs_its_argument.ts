// Breaks STA-002: getStatus fails when it is called without event time.
import type { Config } from "kalico-hil";

export const loadConfig = (_config: Config) => ({ getStatus: (eventTime: number) => ({ asked: eventTime.toFixed(0) !== "" }) });
