/** Breaks RES-005: fills memory. */
const kept: number[][] = [];

export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { kept.push(new Array<number>(5e6).fill(eventtime)); return eventtime + 0.01; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
