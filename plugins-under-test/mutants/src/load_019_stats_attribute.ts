/** Breaks LOAD-019: has an attribute stats that is no function. */
export function loadConfig() {

  return { getStatus() { return {}; }, stats: { count: 1 } };
}
