// Breaks RES-002: keeps a megabyte of every start.
import type { Config } from "kalico-hil";

const kept: number[][] = [];

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  kept.push(Array.from({ length: 100_000 }, (_, i) => i + kept.length));
  printer.getReactor();
  return {};
}
