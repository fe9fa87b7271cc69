/** Breaks LOAD-005: fails without an optional option. */
export function loadConfig(config: any) {
  if (config.get("name", { default: null }) === null) throw new TypeError("name is null");
  return { getStatus() { return {}; } };
}
