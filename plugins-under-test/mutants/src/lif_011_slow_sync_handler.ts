/** Breaks LIF-011: computes for long on the motion path. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("toolhead:sync_print_time", () => { for (let i = 0; i < 40000; i++) Math.sqrt(i); });
  return { getStatus() { return {}; } };
}
