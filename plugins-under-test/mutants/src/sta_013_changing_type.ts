/** Breaks STA-013: changes the type of a field. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  let started = false;
  printer.registerEventHandler("print_stats:start_printing", () => { started = true; });
  return { getStatus() { return { state: started ? "printing" : 0 }; } };
}
