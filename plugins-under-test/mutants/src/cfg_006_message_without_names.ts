/** Breaks CFG-006: refuses a value without saying which. */
export function loadConfig(config: any) {
  if (config.get("mode", { default: "value" }) !== "value") throw config.error("wrong mode");
  return { getStatus() { return {}; } };
}
