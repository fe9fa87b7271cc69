/** Breaks PKG-017 by its package.json. */
export function loadConfig() {
  return { getStatus() { return {}; } };
}
