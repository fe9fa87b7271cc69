/** Breaks LOAD-002: leaves a global and a timer behind on import. */
(globalThis as any).leaked = 1;
setInterval(() => undefined, 1e6).unref();
export function loadConfig() {

  return { getStatus() { return {}; } };
}
