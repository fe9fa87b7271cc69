/** Breaks LIF-007: needs in its shutdown handler what connect has set. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  let toolhead: any;
  printer.registerEventHandler("klippy:connect", () => { toolhead = printer.lookupObject("toolhead"); });
  printer.registerEventHandler("klippy:shutdown", () => { toolhead.getPosition(); });
  return { getStatus() { return {}; } };
}
