/** Breaks GC-010: waits for ever when the printer is not homed. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.lookupObject("gcode").registerCommand("GC_010", async () => { while (printer.lookupObject("toolhead").getStatus(reactor.monotonic()).homed_axes !== "xyz") await reactor.pause(reactor.monotonic() + 1); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
