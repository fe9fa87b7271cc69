/** Breaks MOT-014: acts when its timer is late. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  let expected = 0;
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer((eventtime: number) => { if (expected > 0 && eventtime > expected + 0.0005) printer.lookupObject("toolhead").getLastMoveTime(); expected = eventtime + 0.5; return expected; }, reactor.NOW); });
  return { getStatus() { return {}; } };
}
