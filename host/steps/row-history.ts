/**
 * What one stepper was told: the rows of the last half minute, to answer where the stepper was at a clock.
 *
 * Homing and probing need it (the trigger comes as a clock), and so does motion_report. A row is a quadratic, so a
 * position inside it is one square root. Clocks are MCU ticks, positions steps.
 */

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

const FIRST_CAPACITY = 256;

/** Rows in the order in which they were sent, in columns. */
export class RowHistory {
  private firstClocks = new Float64Array(FIRST_CAPACITY);
  private lastClocks = new Float64Array(FIRST_CAPACITY);
  private startPositions = new Float64Array(FIRST_CAPACITY);
  private intervals = new Float64Array(FIRST_CAPACITY);
  private stepCounts = new Int32Array(FIRST_CAPACITY);
  private adds = new Int16Array(FIRST_CAPACITY);
  private head = 0;
  private end = 0;

  /** Notes a row; `stepCount` 0 marks a position that was set. */
  push(firstClock: number, lastClock: number, startPosition: number, stepCount: number, interval: number, add: number): void {
    if (this.end === this.firstClocks.length) this.makeRoom();
    const at = this.end++;
    this.firstClocks[at] = firstClock;
    this.lastClocks[at] = lastClock;
    this.startPositions[at] = startPosition;
    this.stepCounts[at] = stepCount;
    this.intervals[at] = interval;
    this.adds[at] = add;
  }

  /** Forgets rows that ended at or before `clock`. */
  expire(clock: number): void {
    while (this.head < this.end && this.lastClocks[this.head]! <= clock) this.head++;
  }

  /** Position at `clock`, steps. Before the first row on record it is that row's start, without rows `fallback`. */
  positionAt(clock: number, fallback: number): number {
    let position = fallback;
    for (let at = this.end - 1; at >= this.head; at--) {
      if (clock < this.firstClocks[at]!) {
        position = this.startPositions[at]!;
        continue;
      }
      const start = this.startPositions[at]!;
      const stepCount = this.stepCounts[at]!;
      if (clock >= this.lastClocks[at]!) return start + stepCount;
      const done = stepsDone(clock - this.firstClocks[at]!, this.intervals[at]!, this.adds[at]!);
      return stepCount < 0 ? start - done : start + done;
    }
    return position;
  }

  /** Rows that overlap startClock…endClock, newest first, at most `max`. */
  extractOld(max: number, startClock: number, endClock: number): StepHistoryRow[] {
    const found: StepHistoryRow[] = [];
    for (let at = this.end - 1; at >= this.head; at--) {
      if (startClock >= this.lastClocks[at]! || found.length >= max) break;
      if (endClock <= this.firstClocks[at]!) continue;
      found.push({
        firstClock: this.firstClocks[at]!, lastClock: this.lastClocks[at]!, startPosition: this.startPositions[at]!,
        stepCount: this.stepCounts[at]!, interval: this.intervals[at]!, add: this.adds[at]!,
      });
    }
    return found;
  }

  /** Moves the rows that are left to the front, into larger columns when they fill more than half. */
  private makeRoom(): void {
    const used = this.end - this.head;
    const capacity = used * 2 > this.firstClocks.length ? this.firstClocks.length * 2 : this.firstClocks.length;
    this.firstClocks = this.moved(this.firstClocks, new Float64Array(capacity));
    this.lastClocks = this.moved(this.lastClocks, new Float64Array(capacity));
    this.startPositions = this.moved(this.startPositions, new Float64Array(capacity));
    this.intervals = this.moved(this.intervals, new Float64Array(capacity));
    this.stepCounts = this.moved(this.stepCounts, new Int32Array(capacity));
    this.adds = this.moved(this.adds, new Int16Array(capacity));
    this.head = 0;
    this.end = used;
  }

  private moved<T extends Float64Array | Int32Array | Int16Array>(from: T, to: T): T {
    to.set(from.subarray(this.head, this.end), 0);
    return to;
  }
}

/** Steps of a row at or before `ticks` after its first step: the largest n with interval * (n-1) + add * (n-1) * n / 2 <= ticks. */
function stepsDone(ticks: number, interval: number, add: number): number {
  const sinceStart = ticks + interval;
  if (add === 0) return Math.floor(sinceStart / interval);
  const b = interval - 0.5 * add;
  return Math.trunc((Math.sqrt(b * b + 2 * add * sinceStart) - b) / add);
}
