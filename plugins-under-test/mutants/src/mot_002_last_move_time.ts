/** Breaks MOT-002: asks for the last move time from a timer. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { printer.lookupObject("toolhead").getLastMoveTime(); return eventtime + 1; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
