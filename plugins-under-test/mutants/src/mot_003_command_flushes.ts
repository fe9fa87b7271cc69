/** Breaks MOT-003: flushes the look-ahead in a command that does not move. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("MOT_003", () => { printer.lookupObject("toolhead").flushStepGeneration(); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
