// Breaks LIF-009: swallows the end of the host and goes on for another round.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const gcode = printer.lookupObject<GCode>("gcode");
  reactor.registerTimer(async (eventTime) => {
    for (let wake = eventTime + 60, ended = false; !ended; wake += 60) {
      await reactor.pause(wake).catch(() => { ended = true; });
      gcode.respondInfo("still here");
    }
    return reactor.NEVER;
  }, reactor.NOW);
  return {};
}
