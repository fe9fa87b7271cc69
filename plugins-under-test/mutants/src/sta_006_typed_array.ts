/** Breaks STA-006: returns a typed array. */
export function loadConfig() {

  return { getStatus() { return { samples: new Float64Array(3) }; } };
}
