// Breaks STA-003: getStatus returns null while there is nothing to say.
import type { Config } from "kalico-hil";

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => null });
