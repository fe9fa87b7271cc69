/** Breaks LIF-008: leaves a JavaScript timer running after disconnect. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:connect", () => { setInterval(() => undefined, 1e6); });
  return { getStatus() { return {}; } };
}
