/** Breaks RES-001: leaks a JavaScript timer with each restart. */
export function loadConfig() {
  setInterval(() => undefined, 1e6);
  return { getStatus() { return {}; } };
}
