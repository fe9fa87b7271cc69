/** Breaks CFG-001: hides which option is missing. */
export function loadConfig(config: any) {
  try {
    config.get("value");
  } catch {
    throw new Error("bad configuration");
  }
  return { getStatus() { return {}; } };
}
