/** Breaks LOAD-011: looks up the toolhead while it is loaded. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const toolhead = printer.lookupObject("toolhead");
  return { getStatus() { return { ready: toolhead !== null }; } };
}
