// Breaks LOAD-016: registerComponents throws, which stops the start for everybody.
import type { Components, Config } from "kalico-hil";

export function registerComponents(_components: Components): void {
  throw new Error("libcamera is not installed");
}

export const loadConfig = (_config: Config) => ({});
