/** Breaks CFG-007: takes options by their place. */
export function loadConfig(config: any) {
  config.getInt("a", { default: 1, minval: 1, maxval: 9 });
  config.getInt("b", { default: 2, minval: 1, maxval: 9 });
  const first = config.getPrefixOptions("")[0] ?? "";
  return { getStatus() { return { first }; } };
}
