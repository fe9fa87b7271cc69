/** Breaks STA-004: returns a Map with numbers as keys. */
export function loadConfig() {

  return { getStatus() { return { tools: new Map([[1, "a"]]) }; } };
}
