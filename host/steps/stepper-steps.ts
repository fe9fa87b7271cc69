/**
 * Stage steps: from the segments of a trapq to the rows (step commands) of one stepper.
 *
 * `generate` finds the steps up to a print time, `flush` packs them into rows (queue_step: interval, count, add) and puts
 * these into `out`; a record of the rows answers where the stepper was. Steps fall where the position crosses half-step
 * boundaries of a grid anchored where the position was set. No step is late; none is earlier than the MCU's maximum
 * error or half the distance to the step before.
 */
import { StepRowFifo } from "./step-row-fifo.js";
import type { Axis, StepperKinematics } from "./stepper-kinematics.js";
import type { Trapq } from "./trapq.js";

export * from "./stepper-kinematics.js";

/** A row as it was sent (Kalico's pull_history_steps). */
export interface StepHistoryRow {
  firstClock: number;
  lastClock: number;
  /** Steps, before the row. */
  startPosition: number;
  /** Negative when the stepper went down. */
  stepCount: number;
  interval: number;
  add: number;
}

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
  readonly out = new StepRowFifo();

  constructor(options: StepperStepsOptions) {
    this.oid = options.oid;
    this.name = options.name;
  }

  /** Clock rate of the MCU (ticks per second) and by how much a step may be early (s, `max_stepper_error`). Call before the first generate. */
  setMcu(_freq: number, _maxErrorSeconds: number): void { throw new Error("todo"); }

  /** Conversion for steps generated from now on: clock = (printTime - timeOffset) * freq. */
  setTime(_timeOffset: number, _freq: number): void { throw new Error("todo"); }

  getStepDist(): number { throw new Error("todo"); }
  /** Changes mm per step; the commanded position in mm stays. */
  setStepDist(_stepDist: number): void { throw new Error("todo"); }
  getInvertDir(): boolean { throw new Error("todo"); }
  setInvertDir(_invertDir: boolean): void { throw new Error("todo"); }

  getTrapq(): Trapq | null { throw new Error("todo"); }
  /** Takes the motion from another trapq; returns the one before. */
  setTrapq(_trapq: Trapq | null): Trapq | null { throw new Error("todo"); }
  getKinematics(): StepperKinematics | null { throw new Error("todo"); }
  /**
   * Changes the kinematics; returns the one before. Each kinematics value keeps its own commanded position (0 at first), which comes back
   * when it is set again.
   */
  setKinematics(_kinematics: StepperKinematics | null): StepperKinematics | null { throw new Error("todo"); }

  /** Position that the generated steps have reached, mm. */
  getCommandedPosition(): number { throw new Error("todo"); }
  /** Declares that the stepper is where the kinematics puts it for (x, y, z), mm, without any step. */
  setPosition(_x: number, _y: number, _z: number): void { throw new Error("todo"); }
  /** As setPosition, with the stepper's own position, mm. */
  setCommandedPosition(_position: number): void { throw new Error("todo"); }
  /** Position of the stepper for a point, mm. */
  calcPositionFromCoord(_x: number, _y: number, _z: number): number { throw new Error("todo"); }
  isActiveAxis(_axis: Axis): boolean { throw new Error("todo"); }

  /** Seconds of motion that must be known past the generated time. */
  get genStepsPreActive(): number { throw new Error("todo"); }
  get genStepsPostActive(): number { throw new Error("todo"); }

  /** Print time of the first move up to `flushTime` that may move the stepper and is not generated yet; 0 when there is none. */
  checkActive(_flushTime: number): number { throw new Error("todo"); }
  /** Finds the steps up to `flushTime`. @throws InvariantError if steps cannot be expressed. */
  generate(_flushTime: number): void { throw new Error("todo"); }
  /**
   * Packs steps into rows until the last step that is packed is at or after `moveClock` or none is left. Infinity packs all.
   * Call generate first for at least 50 ms more, so that rows end for better reasons than the end of what is known.
   */
  flush(_moveClock: number): void { throw new Error("todo"); }
  /** After homing: packs what is left, then tells the MCU (`reset_step_clock`) to count the next interval from `lastStepClock`. */
  reset(_lastStepClock: number): void { throw new Error("todo"); }

  /** The MCU reports `position` (steps) at `clock`; the history starts anew from there. */
  setLastPosition(_clock: number, _position: number): void { throw new Error("todo"); }
  /** Steps counted by the rows sent so far (Kalico's stepcompress last_position). */
  mcuPosition(): number { throw new Error("todo"); }
  /** Clock of the last step packed into a row. */
  get lastStepClock(): number { throw new Error("todo"); }
  /** Where the stepper was at a clock, in steps, by the rows sent. */
  findPastPosition(_clock: number): number { throw new Error("todo"); }
  /** Rows that overlap startClock…endClock, newest first, at most `max`. */
  extractOld(_max: number, _startClock: number, _endClock: number): StepHistoryRow[] { throw new Error("todo"); }
  /** Forgets rows that ended at or before `clock`. */
  expireHistory(_clock: number): void { throw new Error("todo"); }
}
