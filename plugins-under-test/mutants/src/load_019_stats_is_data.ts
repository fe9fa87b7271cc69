// Breaks LOAD-019: has a member called stats, which the host calls every second.
import type { Config } from "kalico-hil";

class Counter {
  readonly stats = { starts: 1 };
}

export const loadConfig = (_config: Config) => new Counter();
