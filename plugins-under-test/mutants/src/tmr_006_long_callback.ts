/** Breaks TMR-006: computes for long in a timer. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { for (let i = 0; i < 300000; i++) Math.sqrt(i); return eventtime + 10; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
