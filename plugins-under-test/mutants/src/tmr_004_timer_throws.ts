/** Breaks TMR-004: throws in a timer. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { throw new Error(`sensor lost at ${eventtime}`); }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
