/** Breaks GC-013: leaves relative mode behind. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("GC_013", async () => { await printer.lookupObject("gcode").runScriptFromCommand("G91"); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
