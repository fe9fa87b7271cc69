/** Breaks STA-001: has a getStatus that is no function. */
export function loadConfig() {

  return { getStatus: { value: 1 } };
}
