/** Breaks LIF-005: pauses in the ready handler. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", async () => { await reactor.pause(reactor.monotonic() + 0.5); });
  return { getStatus() { return {}; } };
}
