/** Breaks STA-010: appends to the list it has returned. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const list: number[] = [];
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { list.push(Math.floor(eventtime)); return eventtime + 1; }, reactor.NOW); });
  return { getStatus() { return { list }; } };
}
