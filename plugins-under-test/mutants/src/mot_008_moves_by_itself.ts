/** Breaks MOT-008: moves from a timer. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer(() => { printer.lookupObject("gcode").runScript("G1 X10 F6000").catch(() => undefined); return reactor.NEVER; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
