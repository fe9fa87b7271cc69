/** Breaks LOAD-014: keeps its state in the module. */
let starts = 0;

export function loadConfig() {
  starts += 1;
  return { getStatus() { return { starts }; } };
}
