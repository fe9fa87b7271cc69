/** A hostile plugin: fills memory that is no part of the JavaScript heap. The harness must survive it and name its last call. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const kept: Buffer[] = [];
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer(() => { for (;;) kept.push(Buffer.alloc(8_000_000, 1)); }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
