// Breaks MOT-010: lowers the acceleration and leaves it so.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("GO_GENTLY", async () => { await gcode.runScriptFromCommand("SET_VELOCITY_LIMIT ACCEL=500"); }, { desc: "Low acceleration" });
  return {};
}
