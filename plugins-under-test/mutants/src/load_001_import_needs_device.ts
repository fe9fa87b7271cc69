// Breaks LOAD-001: the module cannot be imported without its device.
import type { Config } from "kalico-hil";

const device = process.env["MY_DEVICE"];
if (device === undefined) throw new Error("MY_DEVICE is not set");

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ device }) });
