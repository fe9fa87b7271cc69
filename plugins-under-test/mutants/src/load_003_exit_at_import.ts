// Breaks LOAD-003: ends the process when something is missing at import.
import type { Config } from "kalico-hil";

if (process.env["MY_DEVICE"] === undefined) process.exit(1);

export const loadConfig = (_config: Config) => ({});
