/** Breaks GC-017: answers with many lines. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.lookupObject("gcode").registerCommand("GC_017", (gcmd: any) => { for (let i = 0; i < 60; i++) gcmd.respondInfo(`line ${i}`); }, { desc: "Does something" });
  return { getStatus() { return {}; } };
}
