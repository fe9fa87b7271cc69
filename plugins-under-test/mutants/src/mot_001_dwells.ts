/** Breaks MOT-001: waits for moves from a timer. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { printer.lookupObject("gcode").runScript("M400").catch(() => undefined); return eventtime + 1; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
