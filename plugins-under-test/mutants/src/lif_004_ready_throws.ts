/** Breaks LIF-004: throws when the printer is ready. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { throw new Error("no camera"); });
  return { getStatus() { return {}; } };
}
