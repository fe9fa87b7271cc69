// Breaks LOAD-002: importing the module leaves a global behind.
import type { Config } from "kalico-hil";

const shared = globalThis as unknown as { myPluginCache: Map<string, number> };
shared.myPluginCache = new Map();

export const loadConfig = (_config: Config) => ({ getStatus: (_eventTime?: number) => ({ cached: shared.myPluginCache.size }) });
