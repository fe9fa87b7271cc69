/** Breaks MOT-009: writes to the motion queue itself. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("MOT_009", () => { printer.lookupObject("toolhead").getTrapq().setPosition(0, 0, 0, 0); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
