/** Breaks HTR-006: holds the reactor for seconds. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer(() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000); return reactor.NEVER; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
