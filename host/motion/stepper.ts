/**
 * One stepper motor on one micro-controller: joins its step generation (host/steps) with its commands and
 * responses, and keeps the offset between the solver's position and the micro-controller's step count.
 *
 * Units: mm (radians for rotary steppers) for positions, steps for MCU positions, s for durations.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError, HostError } from "../errors.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PinParams, PrinterPins } from "../mcu/pins.js";
import { StepperSteps, StepSequenceError, type StepperKinematics } from "../steps/stepper-steps.js";
import type { Trapq } from "../steps/trapq.js";
import { parseStepDistance } from "./step-distance.js";
import { stepperKinematics } from "./stepper-kinematics.js";

/** Longer step pulses, s, than this are not made by toggling the pin: the edges may differ. */
const MIN_BOTH_EDGE_DURATION = 0.0000005;
const MIN_OPTIMIZED_BOTH_EDGE_DURATION = 0.00000015;
const DEFAULT_PULSE_DURATION = 0.000002;

/** An error in the wiring of steppers to each other; ends the connect as an internal error. */
export class StepperError extends HostError {
  override name = "StepperError";
}

/** Called once, with the print time of the first step after it was added. */
export type ActiveCallback = (printTime: number) => void;

/** Drives the current of a motor driver; homing may lower it. */
export interface TmcCurrentHelper {
  /** @returns seconds to dwell after the change. */
  setCurrentForHoming(printTime: number, preHoming: boolean): number | Promise<number>;
}

export interface McuStepperOptions {
  name: string;
  stepPinParams: PinParams;
  dirPinParams: PinParams;
  rotationDist: number;
  stepsPerRotation: number;
  stepPulseDuration?: number | null;
  unitsInRadians?: boolean;
}

interface PositionQuery {
  send(args: readonly number[]): Promise<Record<string, unknown>>;
}

export class McuStepper {
  private readonly name: string;
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly steps: StepperSteps;
  readonly stepPin: string;
  private readonly dirPin: string;
  private readonly invertStep: boolean;
  private readonly origInvertDir: boolean;
  private invertDir: boolean;
  private rotationDist: number;
  private readonly stepsPerRotation: number;
  private stepDist: number;
  private stepPulseDuration: number | null;
  private reqStepBothEdge = false;
  private stepBothEdge = false;
  private readonly radians: boolean;
  private mcuPositionOffset = 0;
  private activeCallbacks: ActiveCallback[] = [];
  private getPositionCmd: PositionQuery | null = null;
  private tmcCurrentHelper: TmcCurrentHelper | null = null;

  /** Generates the steps up to `flushTime` (print time). Bound, so that it can be registered and found again. */
  readonly generateSteps: (flushTime: number) => void;

  /** @throws ConfigError when the two pins are on different micro-controllers. */
  constructor(options: McuStepperOptions) {
    const { stepPinParams, dirPinParams } = options;
    this.name = options.name;
    this.rotationDist = options.rotationDist;
    this.stepsPerRotation = options.stepsPerRotation;
    this.stepDist = options.rotationDist / options.stepsPerRotation;
    this.stepPulseDuration = options.stepPulseDuration ?? null;
    this.radians = options.unitsInRadians ?? false;
    this.mcu = stepPinParams.chip as unknown as Mcu;
    this.oid = this.mcu.createOid();
    this.mcu.registerConfigCallback(() => this.buildConfig());
    this.stepPin = stepPinParams.pin;
    this.invertStep = stepPinParams.invert !== 0;
    if (dirPinParams.chip !== stepPinParams.chip) throw new ConfigError("Stepper dir pin must be on same mcu as step pin");
    this.dirPin = dirPinParams.pin;
    this.invertDir = this.origInvertDir = dirPinParams.invert !== 0;
    this.steps = new StepperSteps({ oid: this.oid, name: this.name, stepDist: this.stepDist, invertDir: this.invertDir });
    this.mcu.registerStepQueue(this.steps);
    this.generateSteps = (flushTime) => this.generate(flushTime);
    this.mcu.getPrinter().registerEventHandler("klippy:connect", () => this.queryMcuPosition());
  }

  getTmcCurrentHelper(): TmcCurrentHelper | null {
    return this.tmcCurrentHelper;
  }

  setTmcCurrentHelper(helper: TmcCurrentHelper | null): void {
    this.tmcCurrentHelper = helper;
  }

  getMcu(): Mcu {
    return this.mcu;
  }

  /** The section's name; short: without a leading "stepper_". */
  getName(short: boolean | { short?: boolean } = false): string {
    const isShort = typeof short === "boolean" ? short : (short.short ?? false);
    return isShort && this.name.startsWith("stepper_") ? this.name.slice(8) : this.name;
  }

  unitsInRadians(): boolean {
    return this.radians;
  }

  /** [pulse duration in s or null, steps on both edges]. */
  getPulseDuration(): [number | null, boolean] {
    return [this.stepPulseDuration, this.stepBothEdge];
  }

  setupDefaultPulseDuration(pulseDuration: number | null, stepBothEdge: boolean): void {
    this.stepPulseDuration ??= pulseDuration;
    this.reqStepBothEdge = stepBothEdge;
  }

  /** Gives the stepper kinematics by name of Kalico's allocator, as `setupItersolve("cartesian_stepper_alloc", "x")`. */
  setupItersolve(allocFunc: string, ...params: (string | number)[]): void {
    this.setStepperKinematics(stepperKinematics(allocFunc, params));
  }

  getOid(): number {
    return this.oid;
  }

  /** Steps, compressor and history of this stepper. */
  getSteps(): StepperSteps {
    return this.steps;
  }

  getStepDist(): number {
    return this.stepDist;
  }

  /** [mm per rotation, steps per rotation]. */
  getRotationDistance(): [number, number] {
    return [this.rotationDist, this.stepsPerRotation];
  }

  setRotationDistance(rotationDist: number): void {
    const mcuPos = this.getMcuPosition();
    this.rotationDist = rotationDist;
    this.stepDist = rotationDist / this.stepsPerRotation;
    this.steps.setStepDist(this.stepDist);
    this.setMcuPosition(mcuPos);
  }

  /** [direction pin inverted now, as configured]. */
  getDirInverted(): [boolean, boolean] {
    return [this.invertDir, this.origInvertDir];
  }

  setDirInverted(invertDir: boolean): void {
    if (invertDir === this.invertDir) return;
    this.invertDir = invertDir;
    this.steps.setInvertDir(invertDir);
    this.mcu.getPrinter().sendEvent("stepper:set_dir_inverted", this);
  }

  calcPositionFromCoord(coord: readonly number[]): number {
    return this.steps.calcPositionFromCoord(coord[0]!, coord[1]!, coord[2]!);
  }

  /** Declares the toolhead to be at `coord`; the micro-controller's step count stays as it is. */
  setPosition(coord: readonly number[]): void {
    const mcuPos = this.getMcuPosition();
    this.steps.setPosition(coord[0]!, coord[1]!, coord[2]!);
    this.setMcuPosition(mcuPos);
  }

  getCommandedPosition(): number {
    return this.steps.getCommandedPosition();
  }

  /** Steps of the micro-controller at the stepper position `cmdPos`, mm; default: after all generated steps. */
  getMcuPosition(cmdPos: number = this.getCommandedPosition()): number {
    const mcuPos = (cmdPos + this.mcuPositionOffset) / this.stepDist;
    return Math.trunc(mcuPos >= 0 ? mcuPos + 0.5 : mcuPos - 0.5) + 0;
  }

  private setMcuPosition(mcuPos: number): void {
    this.mcuPositionOffset = mcuPos * this.stepDist - this.getCommandedPosition();
  }

  /** Steps of the micro-controller at a print time within the last 30 s. */
  getPastMcuPosition(printTime: number): number {
    return this.steps.findPastPosition(this.mcu.printTimeToClock(printTime));
  }

  mcuToCommandedPosition(mcuPos: number): number {
    return mcuPos * this.stepDist - this.mcuPositionOffset;
  }

  /** Up to `count` queued step rows, newest first, that overlap the clocks [startClock, endClock). */
  dumpSteps(count: number, startClock: number, endClock: number): ReturnType<StepperSteps["extractOld"]> {
    return this.steps.extractOld(count, startClock, endClock);
  }

  getStepperKinematics(): StepperKinematics | null {
    return this.steps.getKinematics();
  }

  /** Replaces the kinematics and returns the old one; each resumes at the position where it was taken off. */
  setStepperKinematics(kinematics: StepperKinematics): StepperKinematics | null {
    const mcuPos = this.steps.getKinematics() === null ? 0 : this.getMcuPosition();
    const old = this.steps.setKinematics(kinematics);
    this.setMcuPosition(mcuPos);
    return old;
  }

  getTrapq(): Trapq | null {
    return this.steps.getTrapq();
  }

  /** Follows another trapq (null: none) and returns the old one. */
  setTrapq(trapq: Trapq | null): Trapq | null {
    return this.steps.setTrapq(trapq);
  }

  addActiveCallback(callback: ActiveCallback): void {
    this.activeCallbacks.push(callback);
  }

  isActiveAxis(axis: "x" | "y" | "z"): boolean {
    return this.steps.isActiveAxis(axis);
  }

  private generate(flushTime: number): void {
    if (this.activeCallbacks.length > 0) {
      const activeTime = this.steps.checkActive(flushTime);
      if (activeTime !== 0) {
        const callbacks = this.activeCallbacks;
        this.activeCallbacks = [];
        for (const callback of callbacks) callback(activeTime);
      }
    }
    try {
      this.steps.generate(flushTime);
    } catch (error) {
      if (!(error instanceof StepSequenceError)) throw error;
      this.mcu.getPrinter().log("error", error.logLine);
      const failure = new HostError("Internal error in stepcompress");
      failure.cause = error;
      throw failure;
    }
  }

  /** After a trigger stopped the motor: forgets the clock of the last step and asks where the motor is. */
  async noteHomingEnd(): Promise<void> {
    this.steps.reset(0);
    await this.queryMcuPosition();
  }

  private async queryMcuPosition(): Promise<void> {
    if (this.mcu.isFileoutput() || this.mcu.nonCriticalDisconnected) return;
    const params = await this.getPositionCmd!.send([this.oid]);
    const reported = params["pos"] as number;
    const lastPos = this.invertDir ? -reported + 0 : reported;
    const printTime = this.mcu.estimatedPrintTime(params["#receive_time"] as number);
    this.steps.setLastPosition(this.mcu.printTimeToClock(printTime), lastPos);
    this.setMcuPosition(lastPos);
    await this.mcu.getPrinter().sendEventAsync("stepper:sync_mcu_position", this);
  }

  private buildConfig(): void {
    const mcu = this.mcu;
    this.stepPulseDuration ??= DEFAULT_PULSE_DURATION;
    let invertStep = this.invertStep ? 1 : 0;
    if (this.wantsBothEdges()) {
      this.stepBothEdge = true;
      invertStep = -1;
      // Old firmware takes a pulse of zero length for "both edges".
      if (this.mcuFlag("STEPPER_BOTH_EDGE")) this.stepPulseDuration = 0;
    }
    const pulseTicks = mcu.secondsToClock(this.stepPulseDuration);
    mcu.addConfigCmd(
      `config_stepper oid=${this.oid} step_pin=${this.stepPin} dir_pin=${this.dirPin}` +
        ` invert_step=${invertStep} step_pulse_ticks=${pulseTicks}`,
    );
    mcu.addConfigCmd(`reset_step_clock oid=${this.oid} clock=0`, { onRestart: true });
    this.getPositionCmd = mcu.lookupQueryCommand("stepper_get_position oid=%c", "stepper_position oid=%c pos=%i", {
      oid: this.oid,
    });
    this.steps.setMcu(mcu.secondsToClock(1), mcu.getMaxStepperError());
  }

  /** Toggling the step pin saves an interrupt per step where pulses are short and the firmware has no better way. */
  private wantsBothEdges(): boolean {
    const duration = this.stepPulseDuration!;
    const oldBothEdge = this.mcuFlag("STEPPER_BOTH_EDGE");
    if (!this.reqStepBothEdge || duration > MIN_BOTH_EDGE_DURATION) return false;
    if (oldBothEdge && duration > MIN_OPTIMIZED_BOTH_EDGE_DURATION) return false;
    if (!oldBothEdge && !this.mcuFlag("STEPPER_STEP_BOTH_EDGE")) return false;
    return !this.mcuFlag("STEPPER_OPTIMIZED_UNSTEP");
  }

  private mcuFlag(constant: string): boolean {
    return Number(this.mcu.getConstants()[constant] ?? 0) !== 0;
  }
}

/** Modules that want to know every stepper of the printer. */
const STEPPER_REGISTRIES = ["stepper_enable", "force_move", "motion_report"];

/** Makes the stepper of a config section and registers it with the modules that watch steppers. */
export function PrinterStepper(config: ConfigSection, unitsInRadians = false): McuStepper {
  const printer = config.getPrinter();
  const pins = printer.lookupObject<PrinterPins>("pins");
  const stepPinParams = pins.lookupPin(config.get("step_pin"), { canInvert: true });
  const dirPinParams = pins.lookupPin(config.get("dir_pin"), { canInvert: true });
  const [rotationDist, stepsPerRotation] = parseStepDistance(config, unitsInRadians, true);
  const stepper = new McuStepper({
    name: config.getName(),
    stepPinParams,
    dirPinParams,
    rotationDist,
    stepsPerRotation,
    stepPulseDuration: config.getFloat("step_pulse_duration", { default: null, minval: 0, maxval: 0.001 }),
    unitsInRadians,
  });
  for (const name of STEPPER_REGISTRIES) {
    const registry = printer.loadObject(config, name) as { registerStepper(config: ConfigSection, stepper: McuStepper): void };
    registry.registerStepper(config, stepper);
  }
  return stepper;
}
