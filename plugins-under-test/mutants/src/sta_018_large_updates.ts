/** Breaks STA-018: changes much at each query. */
export function loadConfig() {

  return { getStatus(eventtime = 0) { return { data: `${eventtime.toFixed(1)} `.repeat(1000) }; } };
}
