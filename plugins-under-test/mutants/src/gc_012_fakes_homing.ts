// Breaks GC-012: marks an axis as homed without homing it.
import type { Config, GCode, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("TRUST_ME", () => {
    const toolhead = printer.lookupObject<Toolhead>("toolhead");
    toolhead.setPosition(toolhead.getPosition(), "z");
  }, { desc: "Skip the homing of Z" });
  return {};
}
