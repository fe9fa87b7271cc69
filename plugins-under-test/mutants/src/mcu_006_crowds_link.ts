/** Breaks MCU-006: talks to the micro-controller all the time. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const mcu = printer.lookupObject("mcu");
  let ping: any;
  printer.registerEventHandler("klippy:connect", () => { ping = mcu.lookupCommand("debug_ping data=%*s"); });
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { ping.send([new Uint8Array(40)]); return eventtime + 0.02; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
