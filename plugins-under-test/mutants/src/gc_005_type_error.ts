/** Breaks GC-005: trusts its parameters. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("GC_005", (gcmd: any) => { JSON.parse(gcmd.get("DATA", { default: "{}" })); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
