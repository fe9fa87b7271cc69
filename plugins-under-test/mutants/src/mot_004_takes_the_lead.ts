/** Breaks MOT-004: sleeps when a segment starts. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.registerEventHandler("toolhead:sync_print_time", () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 230); });
  return { getStatus() { return {}; } };
}
