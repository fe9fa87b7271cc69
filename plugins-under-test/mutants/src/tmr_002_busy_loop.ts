/** Breaks TMR-002: returns the present time. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { return eventtime; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
