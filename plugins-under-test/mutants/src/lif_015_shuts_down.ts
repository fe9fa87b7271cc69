/** Breaks LIF-015: shuts the printer down for a trifle. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer(() => { printer.invokeShutdown("no Internet"); return reactor.NEVER; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
