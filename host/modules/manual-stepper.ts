/**
 * `[manual_stepper x]`: a motor beside the kinematics, that MANUAL_STEPPER moves by itself, stops at an endstop, or makes an axis of G1. It keeps a queue of
 * segments of its own and a time of its own: up to where it was commanded. Positions mm, speeds mm/s, times s.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import { calcMoveTime } from "../motion/lone-move.js";
import type { HomingToolhead } from "../motion/homing-move.js";
import type { PrinterHoming } from "../motion/homing.js";
import { PrinterRail } from "../motion/rail.js";
import { PrinterStepper, type McuStepper } from "../motion/stepper.js";
import type { PrinterStepperEnable } from "../motion/stepper-enable.js";
import type { Kinematics } from "../motion/surface.js";
import type { ToolHead } from "../motion/toolhead.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Completion } from "../reactor/completion.js";
import { Trapq } from "../steps/trapq.js";
import { ManualAxis } from "./manual-axis.js";

/** Segments are retired this long after the last one. */
const RETIRE_ALL_SECONDS = 99999.9;

export class ManualStepper implements HomingToolhead {
  readonly printer: Printer;
  readonly canHome: boolean;
  readonly rail: PrinterRail | McuStepper;
  readonly steppers: McuStepper[];
  readonly velocity: number;
  readonly accel: number;
  readonly posMin: number | null;
  readonly posMax: number | null;
  readonly trapq = new Trapq();
  /** Where it was last commanded to. */
  commandedPos = 0;
  /** Print time from which on a command may move it. */
  nextCmdTime = 0;
  private homingAccel: number;
  /** While it is an axis of G1. */
  private axis: ManualAxis | null = null;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.canHome = config.get("endstop_pin", { default: null }) !== null;
    if (this.canHome) {
      const rail = new PrinterRail(config, { needPositionMinmax: false, defaultPositionEndstop: 0 });
      this.rail = rail;
      this.steppers = rail.getSteppers();
    } else {
      const stepper = PrinterStepper(config);
      this.rail = stepper;
      this.steppers = [stepper];
    }
    this.velocity = config.getFloat("velocity", { default: 5, above: 0 });
    this.accel = this.homingAccel = config.getFloat("accel", { default: 0, minval: 0 });
    this.posMin = config.getFloat("position_min", { default: null });
    this.posMax = config.getFloat("position_max", { default: null });
    this.rail.setupItersolve("cartesian_stepper_alloc", "x");
    this.rail.setTrapq(this.trapq);
    const name = config.getName().split(/\s+/)[1]!;
    this.printer.lookupObject<GCodeDispatch>("gcode").registerMuxCommand("MANUAL_STEPPER", "STEPPER", name, (gcmd) => this.cmdManualStepper(gcmd), {
      desc: "Command a manually configured stepper",
    });
  }

  private toolhead(): ToolHead {
    return this.printer.lookupObject<ToolHead>("toolhead");
  }

  getName(): string {
    return this.rail.getName();
  }

  // ── Commands ──────────────────────────────────────────────────────────────────────────────────

  /** Waits for whichever is behind: the toolhead or this motor. */
  async syncPrintTime(): Promise<void> {
    const toolhead = this.toolhead();
    const printTime = toolhead.getLastMoveTime();
    if (this.nextCmdTime > printTime) await toolhead.dwell(this.nextCmdTime - printTime);
    else this.nextCmdTime = printTime;
  }

  async doEnable(enable: boolean | number): Promise<void> {
    await this.syncPrintTime();
    const enables = this.printer.lookupObject<PrinterStepperEnable>("stepper_enable");
    for (const stepper of this.steppers) {
      const line = enables.lookupEnable(stepper.getName());
      if (enable) line.motorEnable(this.nextCmdTime);
      else line.motorDisable(this.nextCmdTime);
    }
    await this.syncPrintTime();
  }

  /** Its steps are generated with each move: nothing of the toolhead has to be flushed, which would hold up the next move. */
  doSetPosition(setPos: number): void {
    this.commandedPos = setPos;
    this.rail.setPosition([setPos, 0, 0]);
  }

  /** Queues a move from `startTime` on; returns its end. */
  private submitMove(startTime: number, movePos: number, speed: number, accel: number): number {
    const from = this.commandedPos;
    const { axisR, accelT, cruiseT, cruiseV } = calcMoveTime(movePos - from, speed, accel);
    this.trapq.append(startTime, accelT, cruiseT, accelT, from, 0, 0, axisR, 0, 0, 0, cruiseV, accel);
    this.commandedPos = movePos;
    return startTime + accelT + cruiseT + accelT;
  }

  /** Moves to `movePos`; with `sync` later moves of the toolhead come after it. */
  async doMove(movePos: number, speed: number, accel: number, sync: boolean | number = true): Promise<void> {
    await this.syncPrintTime();
    this.nextCmdTime = this.submitMove(this.nextCmdTime, movePos, speed, accel);
    this.rail.generateSteps(this.nextCmdTime);
    this.trapq.finalizeMoves(this.nextCmdTime + RETIRE_ALL_SECONDS, this.nextCmdTime + RETIRE_ALL_SECONDS);
    this.toolhead().noteMcuMovequeueActivity(this.nextCmdTime);
    if (sync) await this.syncPrintTime();
  }

  /** Moves towards `movePos` until the endstop triggers, or is released. @throws CommandError */
  async doHomingMove(movePos: number, speed: number, accel: number, triggered: boolean, checkTrigger: boolean): Promise<void> {
    if (!(this.rail instanceof PrinterRail)) throw this.printer.commandError("No endstop for this manual stepper");
    this.homingAccel = accel;
    const homing = this.printer.lookupObject<PrinterHoming>("homing");
    await homing.manualHome(this, this.rail.getEndstops(), [movePos, 0, 0, 0], speed, triggered, checkTrigger);
  }

  private checkedTarget(gcmd: GCodeCommand, movePos: number): number {
    if (!this.isInRange(movePos)) throw gcmd.error("Move out of range");
    return movePos;
  }

  isInRange(pos: number): boolean {
    return (this.posMin === null || pos >= this.posMin) && (this.posMax === null || pos <= this.posMax);
  }

  private async cmdManualStepper(gcmd: GCodeCommand): Promise<void> {
    const axis = gcmd.get("GCODE_AXIS", { default: null });
    if (axis !== null) return this.changeAxis(gcmd, axis.toUpperCase());
    if (this.axis !== null) throw gcmd.error("Must unregister from gcode axis first");
    const enable = gcmd.getInt("ENABLE", { default: null });
    if (enable !== null) await this.doEnable(enable);
    const setPos = gcmd.getFloat("SET_POSITION", { default: null });
    if (setPos !== null) this.doSetPosition(setPos);
    const speed = gcmd.getFloat("SPEED", { default: this.velocity, above: 0 });
    const accel = gcmd.getFloat("ACCEL", { default: this.accel, minval: 0 });
    const stop = gcmd.getInt("STOP_ON_ENDSTOP", { default: 0 });
    if (stop !== 0) {
      await this.doHomingMove(this.checkedTarget(gcmd, gcmd.getFloat("MOVE")), speed, accel, stop > 0, Math.abs(stop) === 1);
      return;
    }
    const movePos = gcmd.getFloat("MOVE", { default: null });
    if (movePos !== null) await this.doMove(this.checkedTarget(gcmd, movePos), speed, accel, gcmd.getInt("SYNC", { default: 1 }));
    else if (gcmd.getInt("SYNC", { default: 0 })) await this.syncPrintTime();
  }

  /** Becomes the axis with that letter, or with none a motor by itself again. */
  private changeAxis(gcmd: GCodeCommand, letter: string): void {
    const toolhead = this.toolhead();
    const limits = {
      cornerVelocity: gcmd.getFloat("INSTANTANEOUS_CORNER_VELOCITY", { default: 1, minval: 0 }),
      velocity: gcmd.getFloat("LIMIT_VELOCITY", { default: 999999.9, above: 0 }),
      accel: gcmd.getFloat("LIMIT_ACCEL", { default: 999999.9, above: 0 }),
    };
    if (this.axis !== null) {
      if (letter !== "") throw gcmd.error("Must unregister axis first");
      toolhead.removeExtraAxis(this.axis);
      toolhead.unregisterStepGenerator(this.rail.generateSteps);
      this.axis = null;
      return;
    }
    if (!/^[A-Z]$/.test(letter) || "XYZEFN".includes(letter)) {
      if (letter === "") return;
      throw gcmd.error("Not a valid GCODE_AXIS");
    }
    if (toolhead.getExtraAxes().some((other) => other?.getAxisGcodeId() === letter)) throw gcmd.error(`Axis '${letter}' already registered`);
    this.axis = new ManualAxis(this, letter, limits);
    toolhead.addExtraAxis(this.axis, this.commandedPos);
    toolhead.registerStepGenerator(this.rail.generateSteps);
  }

  // ── As the toolhead of a homing move ──────────────────────────────────────────────────────────

  flushStepGeneration(): void {
    this.toolhead().flushStepGeneration();
  }

  getPosition(): number[] {
    return [this.commandedPos, 0, 0, 0];
  }

  setPosition(newPos: readonly number[]): void {
    this.doSetPosition(newPos[0]!);
  }

  getLastMoveTime(): number {
    const printTime = this.toolhead().getLastMoveTime();
    this.nextCmdTime = Math.max(this.nextCmdTime, printTime);
    return this.nextCmdTime;
  }

  dwell(delay: number): void {
    this.nextCmdTime += Math.max(0, delay);
  }

  async dripMove(newPos: readonly number[], speed: number, dripCompletion: Completion<unknown>): Promise<void> {
    await this.syncPrintTime();
    const endTime = this.submitMove(this.nextCmdTime, newPos[0]!, speed, this.homingAccel);
    await this.toolhead().dripUpdateTime(endTime, dripCompletion, this.steppers);
    // What was not stepped is dropped.
    this.trapq.finalizeMoves(this.printer.getReactor().NEVER, 0);
    this.rail.setPosition([newPos[0]!, 0, 0]);
    await this.syncPrintTime();
  }

  getKinematics(): Kinematics {
    return this as unknown as Kinematics;
  }

  getSteppers(): McuStepper[] {
    return this.steppers;
  }

  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[] {
    return [stepperPositions[this.rail.getName()]!, 0, 0];
  }
}

export function loadConfigPrefix(config: ConfigSection): ManualStepper {
  return new ManualStepper(config);
}
