/**
 * Stage steps → mcu: the rows (step commands) that one stepper has ready for its MCU, oldest first.
 *
 * The producer is StepperSteps, the consumer is the step synchroniser of the MCU, which merges the
 * queues of all steppers by request clock and encodes each row as a command. Clocks are 64-bit MCU
 * ticks held in doubles. Columns instead of objects: a print makes millions of rows.
 */

/** `queue_step`: interval, count, add. Takes a slot of the MCU's move queue. */
export const ROW_QUEUE_STEP = 0;
/** `set_next_step_dir`: the value to write to the dir pin is in the interval column. */
export const ROW_SET_NEXT_STEP_DIR = 1;
/** `reset_step_clock`: the clock (32 bits) is in the interval column. */
export const ROW_RESET_STEP_CLOCK = 2;

export type StepRowKind = typeof ROW_QUEUE_STEP | typeof ROW_SET_NEXT_STEP_DIR | typeof ROW_RESET_STEP_CLOCK;

const FIRST_CAPACITY = 256;

/**
 * First-in first-out queue of rows. Read the head with the `head…` accessors (valid while `length` > 0), then
 * `shift()`.
 */
export class StepRowFifo {
  private kinds = new Uint8Array(FIRST_CAPACITY);
  private reqClocks = new Float64Array(FIRST_CAPACITY);
  private minClocks = new Float64Array(FIRST_CAPACITY);
  private intervals = new Float64Array(FIRST_CAPACITY);
  private counts = new Uint16Array(FIRST_CAPACITY);
  private adds = new Int16Array(FIRST_CAPACITY);
  private mask = FIRST_CAPACITY - 1;
  private head = 0;
  private used = 0;

  /** Number of rows waiting. */
  get length(): number {
    return this.used;
  }

  /** Kind of the oldest row. */
  headKind(): StepRowKind {
    return this.kinds[this.head]! as StepRowKind;
  }

  /** Clock by which the oldest row must be at the MCU; rows of all steppers are sent in this order. Infinity when empty. */
  headReqClock(): number {
    return this.used === 0 ? Infinity : this.reqClocks[this.head]!;
  }

  /**
   * Clock of the step before the oldest row. The row's slot in the MCU's move queue is free again at this clock: the MCU
   * takes the row off its queue when the row before it ends. 0 for kinds that take no slot.
   */
  headMinClock(): number {
    return this.minClocks[this.head]!;
  }

  /** Ticks from the previous step to the row's first step, 0…2^32-1; dir value or clock for the other kinds. */
  headInterval(): number {
    return this.intervals[this.head]!;
  }

  /** Steps in the oldest row, 1…65535; 0 for the other kinds. */
  headCount(): number {
    return this.counts[this.head]!;
  }

  /** Ticks added to the interval after each step, -32768…32767; 0 for the other kinds. */
  headAdd(): number {
    return this.adds[this.head]!;
  }

  /** Removes the oldest row. */
  shift(): void {
    if (this.used === 0) return;
    this.head = (this.head + 1) & this.mask;
    this.used--;
  }

  /** Drops every row, e.g. when the MCU has been shut down. */
  clear(): void {
    this.head = 0;
    this.used = 0;
  }

  /** Appends a `queue_step`. `minClock` is the clock of the step before it. */
  pushStep(reqClock: number, minClock: number, interval: number, count: number, add: number): void {
    this.push(ROW_QUEUE_STEP, reqClock, minClock, interval, count, add);
  }

  /** Appends a `set_next_step_dir`; `dir` is the value for the pin, inversion included. */
  pushDir(reqClock: number, dir: number): void {
    this.push(ROW_SET_NEXT_STEP_DIR, reqClock, 0, dir, 0, 0);
  }

  /** Appends a `reset_step_clock`. */
  pushReset(reqClock: number, clock32: number): void {
    this.push(ROW_RESET_STEP_CLOCK, reqClock, 0, clock32, 0, 0);
  }

  private push(kind: StepRowKind, reqClock: number, minClock: number, interval: number, count: number, add: number): void {
    if (this.used > this.mask) this.grow();
    const at = (this.head + this.used) & this.mask;
    this.kinds[at] = kind;
    this.reqClocks[at] = reqClock;
    this.minClocks[at] = minClock;
    this.intervals[at] = interval;
    this.counts[at] = count;
    this.adds[at] = add;
    this.used++;
  }

  private grow(): void {
    const capacity = (this.mask + 1) * 2;
    this.kinds = this.unrolled(this.kinds, new Uint8Array(capacity));
    this.reqClocks = this.unrolled(this.reqClocks, new Float64Array(capacity));
    this.minClocks = this.unrolled(this.minClocks, new Float64Array(capacity));
    this.intervals = this.unrolled(this.intervals, new Float64Array(capacity));
    this.counts = this.unrolled(this.counts, new Uint16Array(capacity));
    this.adds = this.unrolled(this.adds, new Int16Array(capacity));
    this.mask = capacity - 1;
    this.head = 0;
  }

  /** Copies a full ring so that its oldest entry comes first. */
  private unrolled<T extends Uint8Array | Float64Array | Uint16Array | Int16Array>(from: T, to: T): T {
    to.set(from.subarray(this.head), 0);
    to.set(from.subarray(0, this.head), from.length - this.head);
    return to;
  }
}
