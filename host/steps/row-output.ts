/**
 * The end of the step stage: takes the finished rows of one stepper, numbers their clocks, notes them in the history and
 * puts the commands into the queue for the MCU.
 */
import { RowHistory } from "./row-history.js";
import { StepRowFifo } from "./step-row-fifo.js";
import { StepSequenceError } from "./step-sequence-error.js";

/** A step this many ticks after the last one is sent as a row of its own: the MCU compares clocks by 31 bits. */
export const FAR_TICKS = 3 * 2 ** 28;
const CLOCK32 = 2 ** 32;

/** Clock, direction and position after the rows sent so far. */
export class RowOutput {
  readonly fifo = new StepRowFifo();
  readonly history = new RowHistory();
  /** Clock of the last step sent; rows count from it. */
  lastStepClock = 0;
  /** Steps, after the rows sent. */
  position = 0;
  /** 1 up, 0 down, -1 when the MCU's dir pin is not known. */
  private direction = -1;
  private invertDir = 0;
  private readonly oid: number;

  /** @param oid of the stepper, for messages */
  constructor(oid = 0) {
    this.oid = oid;
  }

  /**
   * Sends count steps; the first comes `interval` ticks after the last step sent.
   * @throws StepSequenceError for steps before the last one, or for several at its very clock
   */
  row(interval: number, count: number, add: number): void {
    if (interval <= 0 && (interval < 0 || (add === 0 && count > 1))) throw new StepSequenceError(this.oid, interval, count, add);
    const before = this.lastStepClock;
    const firstClock = before + interval;
    const lastClock = firstClock + interval * (count - 1) + (add * count * (count - 1)) / 2;
    const far = count === 1 && interval >= FAR_TICKS;
    this.fifo.pushStep(far ? firstClock : before, before, far ? interval % CLOCK32 : interval, count, add);
    const stepCount = this.direction === 1 ? count : -count;
    this.history.push(firstClock, lastClock, this.position, stepCount, interval, add);
    this.position += stepCount;
    this.lastStepClock = lastClock;
  }

  /** True if the steps sent last, or next, go in direction `up` (1 or 0). */
  points(up: number): boolean {
    return this.direction === up;
  }

  /** Turns the stepper: 1 up, 0 down. */
  turn(up: number): void {
    if (this.direction === up) return;
    this.direction = up;
    this.fifo.pushDir(this.lastStepClock, up ^ this.invertDir);
  }

  setInvertDir(invert: boolean): void {
    const bit = invert ? 1 : 0;
    if (bit === this.invertDir) return;
    this.invertDir = bit;
    // The pin keeps its level, which now means the other direction.
    if (this.direction >= 0) this.direction ^= 1;
  }

  getInvertDir(): boolean {
    return this.invertDir === 1;
  }

  /** Tells the MCU to count from `clock`; its direction counts as unknown. */
  reset(clock: number): void {
    this.lastStepClock = clock;
    this.direction = -1;
    this.fifo.pushReset(clock, clock % CLOCK32);
  }

  setPosition(clock: number, position: number): void {
    this.position = position;
    this.history.push(clock, clock, position, 0, 0, 0);
  }
}
