/** A hostile plugin: prints without end. The harness must survive it and name its last call. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { console.log("x".repeat(100_000)); return eventtime + 0.01; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
