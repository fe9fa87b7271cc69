/** Breaks STA-017: publishes all its data. */
export function loadConfig() {
  const data = "x".repeat(2_000_000);
  return { getStatus() { return { data }; } };
}
