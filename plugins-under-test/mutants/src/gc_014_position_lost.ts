/** Breaks GC-014: moves past the G-code position. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("GC_014", async () => { const toolhead = printer.lookupObject("toolhead"); const position = toolhead.getPosition(); position[0] += 1; await toolhead.move(position, 50); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
