/** Breaks STA-002: fails without event time. */
export function loadConfig() {

  return { getStatus(eventtime: number) { return { at: eventtime.toFixed(0) }; } };
}
