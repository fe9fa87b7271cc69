/** Breaks GC-011: moves a printer that is not homed. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("GC_011", async () => { const toolhead = printer.lookupObject("toolhead"); toolhead.setPosition([50, 50, 50, 0], "xyz"); await toolhead.manualMove([51, null, null], 10); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
