/** Breaks MCU-010: sets up an output without a maximum duration. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const pin = printer.lookupObject("pins").setupPin("digital_out", config.get("pin"));
  pin.setupStartValue(0, 0);
  return { getStatus() { return {}; } };
}
