/** Breaks TMR-007: computes often. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { for (let i = 0; i < 30000; i++) Math.sqrt(i); return eventtime + 0.1; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
