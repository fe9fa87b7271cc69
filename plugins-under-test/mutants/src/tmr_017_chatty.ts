/** Breaks TMR-017: logs all the time. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { console.log("alive"); return eventtime + 0.02; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
