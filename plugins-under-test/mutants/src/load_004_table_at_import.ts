// Breaks LOAD-004: computes a large table while it is imported.
import type { Config } from "kalico-hil";

const table: number[] = [];
for (let i = 0; i < 500_000; i++) table.push(Math.sin(i / 1000) * Math.cos(i / 700));

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ first: table[0] ?? 0 }) });
