/** Breaks GC-003: takes a well-known command. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("M600", () => undefined, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
