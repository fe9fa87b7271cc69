// Breaks TMR-013: a command handler waits for the mutex that its own command holds.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const gcode = config.getPrinter().lookupObject<GCode>("gcode");
  gcode.registerCommand("SAY_HELLO", async () => { await gcode.runScript("M117 hello"); }, { desc: "Say hello" });
  return {};
}
