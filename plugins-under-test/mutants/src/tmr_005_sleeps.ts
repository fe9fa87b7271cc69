/** Breaks TMR-005: sleeps in a timer. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40); return eventtime + 5; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
