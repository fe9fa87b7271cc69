/**
 * `[input_shaper]`: shapes the motion of X and Y so that it does not excite the printer's resonances. Every stepper of the kinematics
 * is solved behind a shaper; extruders keep the unshaped motion. Frequencies Hz, times s.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { isActiveAxis, postActiveTime, preActiveTime, shapedKinematics, type ShapedKinematics, type ShaperPulse } from "../steps/stepper-kinematics.js";
import { formatFixed } from "./format-fixed.js";
import { DEFAULT_DAMPING_RATIO, impulseTrain, SHAPER_NAMES, shaperPulses } from "./input-shapers.js";
import type { Gcode, GcodeCommand } from "./ports.js";
import type { McuStepper } from "./stepper.js";
import type { Toolhead } from "./surface.js";

/** Shaper of one axis, by configuration and SET_INPUT_SHAPER. */
export class AxisInputShaper {
  readonly axis: "x" | "y";
  shaperType: string;
  shaperFreq: number;
  dampingRatio: number;
  private isDisabled = false;

  constructor(axis: "x" | "y", config: ConfigSection) {
    this.axis = axis;
    const shaperType = config.get("shaper_type", { default: "mzv" });
    this.shaperType = config.get(`shaper_type_${axis}`, { default: shaperType });
    if (!SHAPER_NAMES.includes(this.shaperType)) {
      throw new ConfigError(`Unsupported shaper type: ${this.shaperType}`, { section: config.getName(), option: `shaper_type_${axis}` });
    }
    this.dampingRatio = config.getFloat(`damping_ratio_${axis}`, { default: DEFAULT_DAMPING_RATIO, minval: 0, maxval: 1 });
    this.shaperFreq = config.getFloat(`shaper_freq_${axis}`, { default: 0, minval: 0 });
  }

  getName(): string {
    return `shaper_${this.axis}`;
  }

  /** Impulses that are in force; none while disabled or without a frequency. @throws Error for a damping ratio of 1 */
  pulses(): ShaperPulse[] {
    if (this.isDisabled || this.shaperFreq === 0) return [];
    return shaperPulses(impulseTrain(this.shaperType, this.shaperFreq, this.dampingRatio));
  }

  disableShaping(): void {
    this.isDisabled = true;
  }

  enableShaping(): void {
    this.isDisabled = false;
  }

  /** Takes over what a command says about this axis. @throws CommandError */
  update(gcmd: GcodeCommand): void {
    const suffix = this.axis.toUpperCase();
    this.dampingRatio = gcmd.getFloat(`DAMPING_RATIO_${suffix}`, { default: this.dampingRatio, minval: 0, maxval: 1 });
    this.shaperFreq = gcmd.getFloat(`SHAPER_FREQ_${suffix}`, { default: this.shaperFreq, minval: 0 });
    const named = gcmd.get("SHAPER_TYPE", { default: null }) ?? gcmd.get(`SHAPER_TYPE_${suffix}`, { default: this.shaperType });
    const shaperType = named.toLowerCase();
    if (!SHAPER_NAMES.includes(shaperType)) throw gcmd.error(`Unsupported shaper type: ${named}`);
    this.shaperType = shaperType;
  }

  report(gcmd: GcodeCommand): void {
    const { axis, shaperType, shaperFreq, dampingRatio } = this;
    gcmd.respondInfo(
      `shaper_type_${axis}:${shaperType} shaper_freq_${axis}:${formatFixed(shaperFreq, 3)} damping_ratio_${axis}:${formatFixed(dampingRatio, 6)}`,
    );
  }
}

export class InputShaper {
  readonly printer: Printer;
  readonly shapers: readonly AxisInputShaper[];
  private readonly shaped = new Map<McuStepper, ShapedKinematics>();
  /** Scan time that the toolhead was told for each stepper. */
  private readonly scanTimes = new Map<McuStepper, number>();

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.shapers = [new AxisInputShaper("x", config), new AxisInputShaper("y", config)];
    this.printer.registerEventHandler("klippy:connect", () => this.updateShaping());
    this.printer.lookupObject<Gcode>("gcode").registerCommand("SET_INPUT_SHAPER", (gcmd) => this.cmdSetInputShaper(gcmd), {
      desc: "Set cartesian parameters for input shaper",
    });
  }

  getShapers(): readonly AxisInputShaper[] {
    return this.shapers;
  }

  /** Moves go unshaped until `enableShaping`. */
  disableShaping(): void {
    for (const shaper of this.shapers) shaper.disableShaping();
    this.updateShaping();
  }

  enableShaping(): void {
    for (const shaper of this.shapers) shaper.enableShaping();
    this.updateShaping();
  }

  /** Brings the toolhead to a stop and lets all steppers follow the present shapers. */
  private updateShaping(): void {
    const [pulsesX, pulsesY] = this.shapers.map((shaper) => shaper.pulses()) as [ShaperPulse[], ShaperPulse[]];
    const toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    toolhead.flushStepGeneration();
    for (const stepper of toolhead.getKinematics().getSteppers()) {
      const kinematics = stepper.getTrapq() === null ? null : this.shapedOf(stepper);
      if (kinematics === null) continue;
      // A carriage that rests while shapers are set keeps those that it had.
      if (isActiveAxis(kinematics.base, "x")) kinematics.pulsesX = pulsesX;
      if (isActiveAxis(kinematics.base, "y")) kinematics.pulsesY = pulsesY;
      const oldDelay = this.scanTimes.get(stepper) ?? 0;
      const newDelay = Math.max(preActiveTime(kinematics), postActiveTime(kinematics));
      this.scanTimes.set(stepper, newDelay);
      if (newDelay !== oldDelay) toolhead.noteStepGenerationScanTime(newDelay, { oldDelay });
    }
  }

  /** The stepper's shaped kinematics, put in front of its own the first time; null where that cannot be shaped. */
  private shapedOf(stepper: McuStepper): ShapedKinematics | null {
    const known = this.shaped.get(stepper);
    const present = stepper.getStepperKinematics();
    if (known !== undefined && (present === known || present === known.base)) {
      if (present !== known) stepper.setStepperKinematics(known);
      return known;
    }
    if (present === null || (present.kind !== "linear" && present.kind !== "function")) return null;
    const shaped = shapedKinematics(present);
    this.shaped.set(stepper, shaped);
    stepper.setStepperKinematics(shaped);
    return shaped;
  }

  private cmdSetInputShaper(gcmd: GcodeCommand): void {
    if (Object.keys(gcmd.getCommandParameters()).length > 0) {
      for (const shaper of this.shapers) shaper.update(gcmd);
      this.updateShaping();
    }
    for (const shaper of this.shapers) shaper.report(gcmd);
  }
}

export function loadConfig(config: ConfigSection): InputShaper {
  return new InputShaper(config);
}
