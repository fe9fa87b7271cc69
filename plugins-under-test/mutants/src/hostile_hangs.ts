/** A hostile plugin: hangs where no counter runs. The harness must survive it and name its last call. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { /^(a+)+$/.test(`${"a".repeat(40)}b`); return eventtime + 1; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
