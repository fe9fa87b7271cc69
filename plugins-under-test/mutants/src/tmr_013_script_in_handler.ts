/** Breaks TMR-013: waits for the mutex that it holds. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.lookupObject("gcode").registerCommand("TMR_013", async () => { const done = printer.lookupObject("gcode").runScript("M115"); await reactor.pause(reactor.monotonic() + 0.1); void done; }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
