/** A hostile plugin: prints without end and never lets the output drain. The harness must survive it and name its last call. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer(() => { for (;;) console.log("x".repeat(100_000)); }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
