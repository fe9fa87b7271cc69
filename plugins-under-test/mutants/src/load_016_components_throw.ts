/** Breaks LOAD-016: throws in registerComponents. */
export function registerComponents(): void {
  throw new Error("no such subsystem");
}
export function loadConfig() {

  return { getStatus() { return {}; } };
}
