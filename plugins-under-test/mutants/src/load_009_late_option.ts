/** Breaks LOAD-009: reads an option first when the printer is ready. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => { config.get("late", { default: "x" }); });
  return { getStatus() { return {}; } };
}
