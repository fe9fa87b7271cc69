/** Breaks CFG-004: has a default that is not finite. */
export function loadConfig(config: any) {
  config.getFloat("limit", { default: -Infinity });
  return { getStatus() { return {}; } };
}
