/** Breaks STA-015: asks for the last move time at each query. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  let toolhead: any;
  printer.registerEventHandler("klippy:ready", () => { toolhead = printer.lookupObject("toolhead"); });
  return { getStatus() { return { time: toolhead === undefined ? 0 : Math.floor(toolhead.getLastMoveTime()) }; } };
}
