// Breaks STA-017: the status holds more than a megabyte.
import type { Config } from "kalico-hil";

const log = "all lines since the start\n".repeat(50_000);

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ log }) });
