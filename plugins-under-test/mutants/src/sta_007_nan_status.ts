/** Breaks STA-007: divides by zero before the first sample. */
export function loadConfig() {
  const samples: number[] = [];
  return { getStatus() { return { mean: samples.reduce((a, b) => a + b, 0) / samples.length }; } };
}
