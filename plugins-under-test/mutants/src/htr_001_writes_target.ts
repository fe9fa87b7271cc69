/** Breaks HTR-001: writes the target of a heater. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("HTR_001", () => { printer.lookupObject("heaters").lookupHeater("extruder").targetTemp = 50; }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
