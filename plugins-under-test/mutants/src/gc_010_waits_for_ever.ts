// Breaks GC-010: the command waits for what never happens.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  const reactor = printer.getReactor();
  let arrived = false;
  gcode.registerCommand("WAIT_FOR_PART", async () => {
    while (!arrived) await reactor.pause(reactor.monotonic() + 1);
  }, { desc: "Wait for the part" });
  printer.registerEventHandler("filament:insert", () => { arrived = true; });
  return {};
}
