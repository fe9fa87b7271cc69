/** Breaks STA-009: counts how often it was asked. */
export function loadConfig() {
  let asked = 0;
  return { getStatus() { asked += 1; return { asked }; } };
}
