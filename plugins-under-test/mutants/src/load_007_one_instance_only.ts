// Breaks LOAD-007: every instance registers the same command, so that a second one cannot load.
import type { Config, GCode } from "kalico-hil";

export function loadConfigPrefix(config: Config) {
  let calls = 0;
  const gcode = config.getPrinter().lookupObject<GCode>("gcode");
  gcode.registerCommand("COUNT_CALLS", () => { calls += 1; }, { desc: "Count this call" });
  return { getStatus: (_eventTime?: number) => ({ calls }) };
}
