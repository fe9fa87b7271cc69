// Breaks STA-014: reads a file each time a front end asks.
import { existsSync } from "node:fs";
import type { Config } from "kalico-hil";

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ usb: existsSync("/dev/sda1") }) });
