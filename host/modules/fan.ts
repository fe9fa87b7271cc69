/** `[fan]`: the part cooling fan; M106 S0…S255 and M107. */
import type { ConfigSection, GCodeCommand, GCodeDispatch } from "../heaters/host-types.js";
import { Fan } from "./fan-drive.js";

export class PrinterFan {
  readonly fan: Fan;

  constructor(config: ConfigSection) {
    this.fan = new Fan(config);
    const gcode = config.getPrinter().lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("M106", (gcmd: GCodeCommand) => {
      this.fan.setSpeedFromCommand(gcmd.getFloat("S", { default: 255, minval: 0 }) / 255);
    });
    gcode.registerCommand("M107", () => this.fan.setSpeedFromCommand(0));
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return this.fan.getStatus(eventTime);
  }
}

export function loadConfig(config: ConfigSection): PrinterFan {
  return new PrinterFan(config);
}
