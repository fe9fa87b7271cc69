// Breaks GC-014: moves the toolhead behind the back of the G-code position.
import type { Config, GCode, Toolhead } from "kalico-hil";

// kalico-capabilities: moves

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode");
  gcode.registerCommand("SIDESTEP", async () => {
    const toolhead = printer.lookupObject<Toolhead>("toolhead");
    const [x, y, z, e] = toolhead.getPosition();
    await toolhead.move([x! + 5, y!, z!, e!], 50);
  }, { desc: "Step to the side" });
  return {};
}
