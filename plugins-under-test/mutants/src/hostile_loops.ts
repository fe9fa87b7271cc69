/** A hostile plugin: loops for ever in a timer. The harness must survive it and name its last call. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { for (;;) { if (eventtime < 0) break; } return eventtime; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
