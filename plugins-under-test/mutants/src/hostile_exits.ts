/** A hostile plugin: ends the process when the printer is ready. The harness must survive it and name its last call. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { process.exit(3); });
  return { getStatus() { return {}; } };
}
