/** Breaks HTR-002: raises the limit of a heater. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { printer.lookupObject("heaters").lookupHeater("extruder").maxTemp = 400; });
  return { getStatus() { return {}; } };
}
