/** Breaks MOT-010: leaves other limits behind. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("MOT_010", async () => { await printer.lookupObject("gcode").runScriptFromCommand("SET_VELOCITY_LIMIT ACCEL=500"); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
