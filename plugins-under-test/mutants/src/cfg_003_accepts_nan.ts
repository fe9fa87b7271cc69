/** Breaks CFG-003: accepts nan. */
export function loadConfig(config: any) {
  const limit = config.getFloat("limit", { default: 1, minval: 0 });
  return { getStatus() { return { on: limit > 0 }; } };
}
