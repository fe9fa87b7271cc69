/** Breaks CFG-002: parses a value itself and lets the exception out. */
export function loadConfig(config: any) {
  JSON.parse(config.get("settings", { default: "{}" }));
  return { getStatus() { return {}; } };
}
