/** Breaks GC-019: registers its command in the first life only. */
let first = true;

export function loadConfig(config: any) {
  const printer = config.getPrinter();
  if (first) printer.lookupObject("gcode").registerCommand("GC_019", () => undefined, { desc: "Does something" });
  first = false;
  return { getStatus() { return {}; } };
}
