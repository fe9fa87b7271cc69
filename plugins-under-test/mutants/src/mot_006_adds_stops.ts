/** Breaks MOT-006: adds stops to a print. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { printer.lookupObject("gcode").runScript("M400").catch(() => undefined); return eventtime + 3; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
