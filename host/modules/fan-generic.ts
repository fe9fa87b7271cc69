/** `[fan_generic <name>]`: a fan that SET_FAN_SPEED controls. */
import type { ConfigSection, GCodeCommand, GCodeDispatch } from "../heaters/host-types.js";
import { Fan } from "./fan-drive.js";
import { rejectTemplate } from "./output-pin.js";

export class PrinterFanGeneric {
  readonly fan: Fan;

  constructor(config: ConfigSection) {
    this.fan = new Fan(config, 0);
    const name = config.getName().split(/\s+/).at(-1)!;
    const gcode = config.getPrinter().lookupObject<GCodeDispatch>("gcode");
    gcode.registerMuxCommand("SET_FAN_SPEED", "FAN", name, (gcmd) => this.cmdSetFanSpeed(gcmd), { desc: "Sets the speed of a fan" });
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return this.fan.getStatus(eventTime);
  }

  private cmdSetFanSpeed(gcmd: GCodeCommand): void {
    const speed = gcmd.getFloat("SPEED", { default: null, minval: 0 });
    const template = gcmd.get("TEMPLATE", { default: null });
    if ((speed === null) === (template === null)) throw gcmd.error("SET_FAN_SPEED must specify SPEED or TEMPLATE");
    if (speed === null) rejectTemplate(gcmd, template!);
    else this.fan.setSpeedFromCommand(speed);
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterFanGeneric {
  return new PrinterFanGeneric(config);
}
