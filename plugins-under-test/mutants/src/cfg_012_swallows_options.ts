/** Breaks CFG-012: reads whatever is there. */
export function loadConfig(config: any) {
  for (const option of config.getPrefixOptions("")) config.get(option);
  return { getStatus() { return {}; } };
}
