/** Breaks TMR-012: pauses in a look-ahead callback. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.lookupObject("gcode").registerCommand("TMR_012", () => { printer.lookupObject("toolhead").registerLookaheadCallback(async () => { await reactor.pause(reactor.monotonic() + 0.01); }); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
