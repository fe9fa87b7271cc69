// Breaks GC-011: declares the axes homed and moves.
import type { Config, GCode, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("SHAKE", async () => {
    const toolhead = printer.lookupObject<Toolhead>("toolhead");
    toolhead.setPosition([100, 100, 10, 0], "xyz");
    await toolhead.manualMove([105, 100, 10], 50);
  }, { desc: "Shake the carriage" });
  return {};
}
