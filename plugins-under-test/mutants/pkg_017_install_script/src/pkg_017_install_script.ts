// Breaks PKG-017 (see package.json): runs a script when it is installed, and names types that do not exist.
import type { Config } from "kalico-hil";

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ installed: true }) });
