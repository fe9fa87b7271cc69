// Breaks MOT-003: the lamp is switched only after all moves are done.
import type { Config, GCode, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("SET_LAMP", async (gcmd) => {
    gcmd.getInt("ON", { default: 1, minval: 0, maxval: 1 });
    await printer.lookupObject<Toolhead>("toolhead").waitMoves();
  }, { desc: "Switch the lamp" });
  return {};
}
