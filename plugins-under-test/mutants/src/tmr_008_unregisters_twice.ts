/** Breaks TMR-008: unregisters a timer twice. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const timer = reactor.registerTimer(() => reactor.NEVER);
  printer.registerEventHandler("klippy:ready", () => { reactor.unregisterTimer(timer); try { reactor.unregisterTimer(timer); } catch { /* gone */ } });
  return { getStatus() { return {}; } };
}
