/** Breaks LIF-001: looks up an MCU command while it is loaded. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  try {
    printer.lookupObject("mcu").lookupCommand("get_clock");
  } catch {
    // Not there yet.
  }
  return { getStatus() { return {}; } };
}
