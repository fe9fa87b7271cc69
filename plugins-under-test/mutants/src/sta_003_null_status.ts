/** Breaks STA-003: returns null before it has a value. */
export function loadConfig() {

  return { getStatus() { return null; } };
}
