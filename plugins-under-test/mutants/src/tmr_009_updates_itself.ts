/** Breaks TMR-009: updates its own timer inside the callback. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const timer: any = reactor.registerTimer((eventtime: number) => { reactor.updateTimer(timer, eventtime + 1); return eventtime + 2; }, reactor.NEVER);
  printer.registerEventHandler("klippy:ready", () => { reactor.updateTimer(timer, reactor.NOW); });
  return { getStatus() { return {}; } };
}
