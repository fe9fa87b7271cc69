/** Breaks RES-002: keeps something of every life. */
const lives: number[][] = [];

export function loadConfig() {
  lives.push(Array.from({ length: 100_000 }, (_, i) => i + 0.5));
  return { getStatus() { return {}; } };
}
