/** Breaks LOAD-006: declares a range that it does not accept. */
export function loadConfig(config: any) {
  const n = config.getInt("n", { default: 10, minval: 0, maxval: 100 });
  if (n > 50) throw config.error("n is too large");
  return { getStatus() { return {}; } };
}
