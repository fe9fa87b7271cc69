/** Breaks STA-008: throws once the printer is shut down. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();

  return { getStatus() { if (printer.isShutdown()) throw new Error("not available"); return {}; } };
}
