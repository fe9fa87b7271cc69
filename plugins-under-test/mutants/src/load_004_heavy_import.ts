/** Breaks LOAD-004: computes a table on import. */
let sum = 0;
for (let i = 0; i < 1_500_000; i++) sum += Math.sqrt(i);
export function loadConfig() {

  return { getStatus() { return { sum }; } };
}
