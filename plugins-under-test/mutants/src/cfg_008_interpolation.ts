/** Breaks CFG-008: behaves differently when constants are used. */
export function loadConfig(config: any) {
  config.getInt("a", { default: 1, minval: 1, maxval: 9 });
  const plain = !config.hasSection("constants");
  return { getStatus() { return { plain }; } };
}
