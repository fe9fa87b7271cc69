/** Breaks LOAD-013: starts a JavaScript timer while it is loaded. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const timer = setInterval(() => undefined, 1e6);
  printer.registerEventHandler("klippy:disconnect", () => clearInterval(timer));
  return { getStatus() { return {}; } };
}
