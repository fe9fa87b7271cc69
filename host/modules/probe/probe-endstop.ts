/** The sensor of an ordinary probe: a pin, and scripts that make it ready and stow it. */
import { CommandError } from "../../errors.js";
import type { PrinterGCodeMacro, Template } from "../../gcode/gcode-macro.js";
import type { ConfigSection, GCodeCommand, Printer } from "../../heaters/host-types.js";
import type { McuEndstop } from "../../mcu/endstop.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { PrinterPins } from "../../mcu/pins.js";
import type { PrinterHoming } from "../../motion/homing.js";
import type { HomingMove } from "../../motion/homing-move.js";
import type { McuStepper } from "../../motion/stepper.js";
import type { Toolhead } from "../../motion/surface.js";
import type { Completion } from "../../reactor/completion.js";
import type { McuProbe } from "./surface.js";

export class ProbeEndstopWrapper implements McuProbe {
  readonly printer: Printer;
  readonly positionEndstop: number;
  readonly stowOnEachSample: boolean;
  readonly activateGcode: Template;
  readonly deactivateGcode: Template;
  readonly mcuEndstop: McuEndstop;
  /** In a series: "FIRST" until its first move, then "ON". */
  multi: "OFF" | "FIRST" | "ON" = "OFF";

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.positionEndstop = config.getFloat("z_offset");
    this.stowOnEachSample = config.getBoolean("deactivate_on_each_sample", { default: true });
    const macros = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro");
    this.activateGcode = macros.loadTemplate(config, "activate_gcode", "");
    this.deactivateGcode = macros.loadTemplate(config, "deactivate_gcode", "");
    const params = this.printer.lookupObject<PrinterPins>("pins").lookupPin(config.get("pin"), { canInvert: true, canPullup: true });
    this.mcuEndstop = (params.chip as Mcu).setupPin("endstop", params) as McuEndstop;
    this.printer.registerEventHandler("klippy:mcu_identify", () => this.addZSteppers());
  }

  private addZSteppers(): void {
    for (const stepper of this.printer.lookupObject<Toolhead>("toolhead").getKinematics().getSteppers()) {
      if (stepper.isActiveAxis("z")) this.addStepper(stepper);
    }
  }

  getMcu(): Mcu {
    return this.mcuEndstop.getMcu();
  }

  addStepper(stepper: McuStepper): void {
    this.mcuEndstop.addStepper(stepper);
  }

  getSteppers(): McuStepper[] {
    return this.mcuEndstop.getSteppers() as McuStepper[];
  }

  homeStart(printTime: number, sampleTime: number, sampleCount: number, restTime: number, options?: { triggered?: boolean }): Completion<unknown> {
    return this.mcuEndstop.homeStart(printTime, sampleTime, sampleCount, restTime, options);
  }

  homeWait(homeEndTime: number): Promise<number> {
    return this.mcuEndstop.homeWait(homeEndTime);
  }

  queryEndstop(printTime: number): Promise<number> {
    return this.mcuEndstop.queryEndstop(printTime);
  }

  getPositionEndstop(): number {
    return this.positionEndstop;
  }

  /** Runs one of the scripts. @throws CommandError when it moves the toolhead */
  private async runScript(template: Template, option: string): Promise<void> {
    const toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    const before = toolhead.getPosition();
    await template.runGcodeFromCommand();
    const after = toolhead.getPosition();
    if (before.some((part, axis) => axis < 3 && part !== after[axis])) throw new CommandError(`Toolhead moved during probe ${option} script`);
  }

  multiProbeBegin(): void {
    if (!this.stowOnEachSample) this.multi = "FIRST";
  }

  async multiProbeEnd(): Promise<void> {
    if (this.stowOnEachSample) return;
    await this.runScript(this.deactivateGcode, "deactivate_gcode");
    this.multi = "OFF";
  }

  probingMove(pos: readonly number[], speed: number, _gcmd?: GCodeCommand): Promise<number[]> {
    return this.printer.lookupObject<PrinterHoming>("homing").probingMove(this, pos, speed);
  }

  async probePrepare(_homingMove: HomingMove): Promise<void> {
    if (this.multi === "ON") return;
    await this.runScript(this.activateGcode, "activate_gcode");
    if (this.multi === "FIRST") this.multi = "ON";
  }

  async probeFinish(_homingMove: HomingMove): Promise<void> {
    if (this.multi === "OFF") await this.runScript(this.deactivateGcode, "deactivate_gcode");
  }
}
