/** Breaks STA-016: computes at each query. */
export function loadConfig() {

  return { getStatus() { for (let i = 0; i < 30000; i++) Math.sqrt(i); return {}; } };
}
