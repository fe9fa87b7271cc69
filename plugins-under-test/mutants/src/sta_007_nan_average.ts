// Breaks STA-007: the average of no samples is NaN.
import type { Config } from "kalico-hil";

const samples: number[] = [];

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ average: samples.reduce((a, b) => a + b, 0) / samples.length }) });
