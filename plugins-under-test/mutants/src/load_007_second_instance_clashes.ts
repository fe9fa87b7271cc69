/** Breaks LOAD-007: registers one command for every instance. */
export function loadConfigPrefix(config: any) {
  config.getPrinter().lookupObject("gcode").registerCommand("LOAD_007", () => undefined, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
