/** Breaks MOT-007: has so many handlers that their budgets add up. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  for (let i = 0; i < 80; i++) printer.registerEventHandler("toolhead:sync_print_time", () => { Math.sqrt(i); });
  return { getStatus() { return {}; } };
}
