/** Breaks LOAD-010: asks the configuration again while the printer runs. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  config.getFloat("value", { default: 1 });
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { config.getFloat("value", { default: 1 }); return eventtime + 1; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
