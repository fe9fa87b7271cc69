/**
 * `[homing_override]`: a script in place of G28. Inside the script G28 homes as ever. The script may be told to assume positions of axes,
 * mm, so that it can move before anything is homed.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch, GCodeHandler } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { PrinterGCodeMacro, Template } from "../gcode/gcode-macro.js";
import { Dict } from "../gcode/template/py-values.js";
import type { Toolhead } from "../motion/surface.js";
import type { Printer } from "../printer/printer-surface.js";

const AXES = ["x", "y", "z"] as const;

export class HomingOverride {
  readonly printer: Printer;
  /** Upper-case letters of the axes that the script homes. */
  readonly axes: string;
  inScript = false;
  private readonly assumed: readonly (number | null)[];
  private readonly template: Template;
  private readonly plainG28: GCodeHandler;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.assumed = AXES.map((axis) => config.getFloat(`set_position_${axis}`, { default: null }));
    this.axes = config.get("axes", { default: "XYZ" }).toUpperCase();
    this.template = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro").loadTemplate(config, "gcode");
    this.printer.loadObject(config, "homing");
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.plainG28 = gcode.registerCommand("G28", null)!;
    gcode.registerCommand("G28", (gcmd) => this.cmdG28(gcmd));
  }

  private concerns(gcmd: GCodeCommand): boolean {
    const named = AXES.map((axis) => axis.toUpperCase()).filter((axis) => gcmd.get(axis, { default: null }) !== null);
    return named.length === 0 || named.some((axis) => this.axes.includes(axis));
  }

  async cmdG28(gcmd: GCodeCommand): Promise<void> {
    if (this.inScript || !this.concerns(gcmd)) {
      await this.plainG28(gcmd);
      return;
    }
    this.assumePositions();
    const context = this.template.createTemplateContext();
    context.set("params", Dict.from(gcmd.getCommandParameters()));
    context.set("rawparams", gcmd.getRawCommandParameters());
    this.inScript = true;
    try {
      await this.template.runGcodeFromCommand(context);
    } finally {
      this.inScript = false;
    }
  }

  private assumePositions(): void {
    const toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    const position = toolhead.getPosition();
    let homingAxes = "";
    for (const [index, axis] of AXES.entries()) {
      const assumed = this.assumed[index] ?? null;
      if (assumed === null) continue;
      position[index] = assumed;
      homingAxes += axis;
    }
    toolhead.setPosition(position, { homingAxes });
  }
}

export function loadConfig(config: ConfigSection): HomingOverride {
  return new HomingOverride(config);
}
