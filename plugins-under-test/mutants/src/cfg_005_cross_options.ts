/** Breaks CFG-005: compares two options with an exception of its own. */
export function loadConfig(config: any) {
  const low = config.getFloat("low", { default: 50, minval: 0, maxval: 100 });
  const high = config.getFloat("high", { default: 90, minval: 0, maxval: 100 });
  if (low > high) throw new RangeError("low > high");
  return { getStatus() { return {}; } };
}
