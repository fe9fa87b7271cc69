/** Breaks TMR-001: forgets to return the next wake time. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { if (eventtime > 1e9) return eventtime; return undefined as unknown as number; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
