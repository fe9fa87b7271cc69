/** Breaks COX-004: uses a private member of the host. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { void printer.lookupObject("toolhead")._flush_lookahead; });
  return { getStatus() { return {}; } };
}
