/** Breaks GC-001: registers a name that is not legal. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("F1OO", () => undefined, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
