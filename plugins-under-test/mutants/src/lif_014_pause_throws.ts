/** Breaks LIF-014: fails when a print is paused or cancelled. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const boom = (): void => { throw new Error("no print"); };
  printer.registerEventHandler("print_stats:paused_printing", boom);
  printer.registerEventHandler("print_stats:cancelled_printing", boom);
  return { getStatus() { return {}; } };
}
