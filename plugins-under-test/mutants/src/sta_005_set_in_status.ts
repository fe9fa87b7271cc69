/** Breaks STA-005: returns a Set. */
export function loadConfig() {

  return { getStatus() { return { names: new Set(["a"]) }; } };
}
