/** Breaks LIF-006: runs G-code when the printer shuts down. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:shutdown", () => { printer.lookupObject("gcode").runScript("M107").catch(() => undefined); });
  return { getStatus() { return {}; } };
}
