/** Breaks SEC-012: besides the pin of its section it drives one that it chose itself. */
export function loadConfig(config: any) {
  const pins = config.getPrinter().lookupObject("pins");
  for (const name of [config.get("pin"), "PB5"]) {
    const pin = pins.setupPin("digital_out", name);
    pin.setupMaxDuration(0);
    pin.setupStartValue(0, 0);
  }
  return { getStatus() { return {}; } };
}
