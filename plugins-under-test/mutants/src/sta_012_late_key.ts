/** Breaks STA-012: adds a key when a print has started. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const status: Record<string, number> = { a: 1 };
  printer.registerEventHandler("print_stats:start_printing", () => { status["late"] = 1; });
  return { getStatus() { return { ...status }; } };
}
