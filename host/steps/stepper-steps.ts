/**
 * Stage steps: from the segments of a trapq to the rows (step commands) of one stepper.
 *
 * `generate` finds the steps up to a print time, `flush` packs them into rows (queue_step: interval, count, add) and puts
 * these into `out`; a record of the rows answers where the stepper was. Steps fall where the position crosses half-step
 * boundaries of a grid anchored where the position was set. No step is late; none is earlier than the MCU's maximum
 * error or half the distance to the step before.
 */
import { StepRun } from "./step-run.js";
import { RowOutput } from "./row-output.js";
import type { StepHistoryRow } from "./row-history.js";
import { createSolver, type StepSolver } from "./step-solver.js";
import type { StepRowFifo } from "./step-row-fifo.js";
import { isActiveAxis, positionAt, postActiveTime, preActiveTime, type Axis, type StepperKinematics } from "./stepper-kinematics.js";
import type { Trapq } from "./trapq.js";

export * from "./stepper-kinematics.js";
export * from "./rod-kinematics.js";
export * from "./turning-kinematics.js";
export { StepSequenceError } from "./step-sequence-error.js";
export type { StepHistoryRow } from "./row-history.js";

export interface StepperStepsOptions {
  oid: number;
  name: string;
  /** mm (or radians) per step */
  stepDist: number;
  /** True if dir = 0 is the positive direction. */
  invertDir?: boolean;
}

/** Steps of one stepper: solver, compressor and history. */
export class StepperSteps {
  readonly oid: number;
  readonly name: string;
  /** Rows for the MCU; drained by the step synchroniser after `flush`. */
  readonly out: StepRowFifo;

  private readonly output: RowOutput;
  private readonly run: StepRun;
  private readonly solvers = new WeakMap<StepperKinematics, StepSolver>();
  private solver: StepSolver | null = null;
  private trapq: Trapq | null = null;
  private stepDist: number;
  private timeOffset = 0;
  private freq = 1;

  constructor(options: StepperStepsOptions) {
    this.oid = options.oid;
    this.name = options.name;
    this.stepDist = options.stepDist;
    this.output = new RowOutput(options.oid);
    this.run = new StepRun(this.output);
    this.out = this.output.fifo;
    this.output.setInvertDir(options.invertDir ?? false);
  }

  /** Clock rate of the MCU (ticks per second) and by how much a step may be early (s, `max_stepper_error`). Call before the first generate. */
  setMcu(freq: number, maxErrorSeconds: number): void {
    this.freq = freq;
    this.run.setMcu(freq, Math.floor(maxErrorSeconds * freq));
  }

  /** Conversion for steps generated from now on: clock = (printTime - timeOffset) * freq. */
  setTime(timeOffset: number, freq: number): void {
    this.timeOffset = timeOffset;
    this.freq = freq;
  }

  getStepDist(): number {
    return this.stepDist;
  }

  /** Changes mm per step; the commanded position in mm stays. */
  setStepDist(stepDist: number): void {
    this.stepDist = stepDist;
    this.solver?.setStepDist(stepDist);
  }

  getInvertDir(): boolean {
    return this.output.getInvertDir();
  }

  setInvertDir(invertDir: boolean): void {
    this.output.setInvertDir(invertDir);
  }

  getTrapq(): Trapq | null {
    return this.trapq;
  }

  /** Takes the motion from another trapq; returns the one before. */
  setTrapq(trapq: Trapq | null): Trapq | null {
    const before = this.trapq;
    this.trapq = trapq;
    this.solver?.setTrapq(trapq);
    return before;
  }

  getKinematics(): StepperKinematics | null {
    return this.solver?.kinematics ?? null;
  }

  /**
   * Changes the kinematics; returns the one before. Each kinematics value keeps its own commanded position (0 at first), which
   * comes back when it is set again; a shaped one begins where its base is.
   */
  setKinematics(kinematics: StepperKinematics | null): StepperKinematics | null {
    const before = this.getKinematics();
    if (kinematics === null) {
      this.solver = null;
      return before;
    }
    let solver = this.solvers.get(kinematics);
    if (solver === undefined) {
      solver = createSolver(kinematics);
      this.solvers.set(kinematics, solver);
      if (kinematics.kind === "shaped") solver.setCommandedPosition(this.solvers.get(kinematics.base)?.commandedPosition ?? 0);
    }
    solver.setStepDist(this.stepDist);
    solver.setTrapq(this.trapq);
    this.solver = solver;
    return before;
  }

  /** Position that the generated steps have reached, mm. */
  getCommandedPosition(): number {
    return this.solver?.commandedPosition ?? 0;
  }

  /** Declares that the stepper is where the kinematics puts it for (x, y, z), mm, without any step. */
  setPosition(x: number, y: number, z: number): void {
    this.setCommandedPosition(this.calcPositionFromCoord(x, y, z));
  }

  /** As setPosition, with the stepper's own position, mm. */
  setCommandedPosition(position: number): void {
    this.solver?.setCommandedPosition(position);
  }

  /** Position of the stepper for a point, mm. */
  calcPositionFromCoord(x: number, y: number, z: number): number {
    return this.solver === null ? 0 : positionAt(this.solver.kinematics, x, y, z);
  }

  isActiveAxis(axis: Axis): boolean {
    return this.solver !== null && isActiveAxis(this.solver.kinematics, axis);
  }

  /** Seconds of motion that must be known past the generated time. */
  get genStepsPreActive(): number {
    return this.solver === null ? 0 : preActiveTime(this.solver.kinematics);
  }

  /** Seconds after a move during which it still moves the stepper. */
  get genStepsPostActive(): number {
    return this.solver === null ? 0 : postActiveTime(this.solver.kinematics);
  }

  /** Print time of the first move up to `flushTime` that may move the stepper and is not generated yet; 0 when there is none. */
  checkActive(flushTime: number): number {
    return this.solver?.checkActive(flushTime) ?? 0;
  }

  /** Finds the steps up to `flushTime`. @throws StepSequenceError if steps follow each other too fast to be expressed */
  generate(flushTime: number): void {
    this.solver?.generate(flushTime, this.run, this.timeOffset, this.freq);
  }

  /**
   * Packs steps into rows until the last step that is packed is at or after `moveClock` or none is left. Infinity packs all.
   * Call generate first for at least 50 ms more, so that rows end for better reasons than the end of what is known.
   * @throws StepSequenceError if steps follow each other too fast to be expressed
   */
  flush(moveClock: number): void {
    this.run.flush(moveClock);
  }

  /** After homing: packs what is left, then tells the MCU (`reset_step_clock`) to count the next interval from `lastStepClock`. */
  reset(lastStepClock: number): void {
    this.flush(Infinity);
    this.output.reset(lastStepClock);
  }

  /** The MCU reports `position` (steps) at `clock`; later answers count from there. */
  setLastPosition(clock: number, position: number): void {
    this.flush(Infinity);
    this.output.setPosition(clock, position);
  }

  /** Steps counted by the rows sent so far (Kalico's stepcompress last_position). */
  mcuPosition(): number {
    return this.output.position;
  }

  /** Clock of the last step packed into a row. */
  get lastStepClock(): number {
    return this.output.lastStepClock;
  }

  /** Where the stepper was at a clock, in steps, by the rows sent. */
  findPastPosition(clock: number): number {
    return this.output.history.positionAt(clock, this.output.position);
  }

  /** Rows that overlap startClock…endClock, newest first, at most `max`. */
  extractOld(max: number, startClock: number, endClock: number): StepHistoryRow[] {
    return this.output.history.extractOld(max, startClock, endClock);
  }

  /** Forgets rows that ended at or before `clock`. */
  expireHistory(clock: number): void {
    this.output.history.expire(clock);
  }
}
