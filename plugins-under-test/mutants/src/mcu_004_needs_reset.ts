/** Breaks MCU-004: cannot take over a configured micro-controller. */
let more = 0;

export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const mcu = printer.lookupObject("mcu");
  for (let i = 0; i <= more; i++) mcu.createOid();
  more += 1;
  return { getStatus() { return {}; } };
}
