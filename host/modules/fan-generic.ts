/** `[fan_generic <name>]`: a fan that SET_FAN_SPEED controls. */
import type { ConfigSection, GCodeCommand, GCodeDispatch } from "../heaters/host-types.js";
import { Fan } from "./fan-drive.js";
import { templateTimer, valueHolder, type TemplateHolder, type TemplateTimer } from "./template-timer.js";

export class PrinterFanGeneric {
  readonly fan: Fan;
  private readonly templates: TemplateTimer;
  private readonly holder: TemplateHolder;

  constructor(config: ConfigSection) {
    this.fan = new Fan(config, 0);
    this.templates = templateTimer(config, "pins");
    this.holder = valueHolder(config.getPrinter(), "fan_generic", (speed) => this.fan.setSpeed(speed));
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
    if (speed === null) this.templates.assign(gcmd, [this.holder]);
    else this.fan.setSpeedFromCommand(speed);
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterFanGeneric {
  return new PrinterFanGeneric(config);
}
