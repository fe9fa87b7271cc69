/** Breaks SEC-010: replaces a method of the host. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").respondInfo = () => undefined;
  return { getStatus() { return {}; } };
}
