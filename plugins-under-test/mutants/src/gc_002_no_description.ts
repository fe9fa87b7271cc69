/** Breaks GC-002: gives no description. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("GC_002", () => undefined);
  return { getStatus() { return {}; } };
}
