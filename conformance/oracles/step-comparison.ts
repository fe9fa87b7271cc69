/**
 * O-STEP, the main oracle: the same job with and without the plugin. Each stepper's steps are cut into
 * segments at the anchors (every re-synchronisation of print time); ticks count from the segment's anchor.
 * Equal rows are skipped whole, so the cost is per row while the streams agree, per step where they do not.
 */

/** queue_step rows of one stepper as executed, in columns; `firstClock` is the 64-bit clock of a row's first step. */
export interface StepColumns {
  readonly name: string;
  readonly length: number;
  readonly firstClock: ArrayLike<number>;
  readonly interval: ArrayLike<number>;
  readonly count: ArrayLike<number>;
  readonly add: ArrayLike<number>;
  readonly dir: ArrayLike<number>;
}

/** Steps of one run with the clocks of its segment anchors, ascending. */
export interface StepRecord {
  readonly steppers: readonly StepColumns[];
  readonly anchors: readonly number[];
}

export interface StepDeviation {
  stepper: string;
  segment: number;
  /** Index of the first deviating step in the segment. */
  step: number;
  /** Subject minus baseline, ticks from the anchor; NaN where one stream has no such step. */
  deltaTicks: number;
  /** Clock of the step in the subject (or the baseline where the subject has none). */
  clock: number;
  kind: "time" | "direction" | "missing" | "extra";
}

export interface StepComparison {
  stepsCompared: number;
  /** Steps that deviate, of all steppers. */
  differing: number;
  /** First deviation of each stepper and segment. */
  deviations: StepDeviation[];
  /** Largest |Δ| of steps that are in both streams, ticks. */
  worstTicks: number;
}

/** Told of the steps from one clock to another of the subject and their Δ in ticks; NaN where one stream has no such step. */
export type StepVisit = (stepper: string, fromClock: number, toClock: number, deltaTicks: number) => void;

/** Walks over the steps of one stepper. */
class StepCursor {
  row = 0;
  /** Index of the step in the row. */
  k = 0;
  readonly #columns: StepColumns | undefined;
  constructor(columns: StepColumns | undefined) {
    this.#columns = columns;
  }
  get done(): boolean {
    return this.#columns === undefined || this.row >= this.#columns.length;
  }
  get clock(): number {
    const c = this.#columns!;
    const { row, k } = this;
    return c.firstClock[row]! + k * c.interval[row]! + (c.add[row]! * k * (k + 1)) / 2;
  }
  get dir(): number {
    return this.#columns!.dir[this.row]!;
  }
  next(): void {
    this.k += 1;
    if (this.k >= this.#columns!.count[this.row]!) this.nextRow();
  }
  nextRow(): void {
    this.row += 1;
    this.k = 0;
  }
  /** Last clock of the row under the cursor. */
  get rowEnd(): number {
    const c = this.#columns!;
    const n = c.count[this.row]! - 1;
    return c.firstClock[this.row]! + n * c.interval[this.row]! + (c.add[this.row]! * n * (n + 1)) / 2;
  }
  /** Both cursors stand at the start of rows that make the same steps, `shift` ticks apart. */
  sameRow(other: StepCursor, shift: number): boolean {
    if (this.k !== 0 || other.k !== 0) return false;
    const a = this.#columns!;
    const b = other.#columns!;
    return a.count[this.row] === b.count[other.row] && a.interval[this.row] === b.interval[other.row] && a.add[this.row] === b.add[other.row]
      && a.dir[this.row] === b.dir[other.row] && a.firstClock[this.row]! + shift === b.firstClock[other.row]!;
  }
  get rowCount(): number {
    return this.#columns!.count[this.row]!;
  }
}

const segmentEnd = (anchors: readonly number[], segment: number): number => anchors[segment + 1] ?? Infinity;

/**
 * Compares two runs step by step.
 * @param toleranceTicks largest |Δ| that counts as equal; 0 for grade E1
 * @param visit told of every step or run of equal steps
 */
export function compareSteps(baseline: StepRecord, subject: StepRecord, toleranceTicks = 0, visit: StepVisit = () => undefined): StepComparison {
  const names = [...new Set([...baseline.steppers, ...subject.steppers].map((s) => s.name))];
  const result: StepComparison = { stepsCompared: 0, differing: 0, deviations: [], worstTicks: 0 };
  const segments = Math.max(baseline.anchors.length, subject.anchors.length);
  for (const name of names) {
    const base = new StepCursor(baseline.steppers.find((s) => s.name === name));
    const subj = new StepCursor(subject.steppers.find((s) => s.name === name));
    // Segment -1 holds what comes before the first anchor.
    for (let segment = -1; segment < segments; segment++) {
      const baseAnchor = baseline.anchors[segment] ?? 0;
      const subjAnchor = subject.anchors[segment] ?? 0;
      const shift = subjAnchor - baseAnchor;
      const baseEnd = segmentEnd(baseline.anchors, segment);
      const subjEnd = segmentEnd(subject.anchors, segment);
      compareSegment(name, segment, base, baseEnd, subj, subjEnd, shift, toleranceTicks, result, visit);
    }
  }
  return result;
}

function compareSegment(stepper: string, segment: number, base: StepCursor, baseEnd: number, subj: StepCursor, subjEnd: number, shift: number, tolerance: number, result: StepComparison, visit: StepVisit): void {
  let step = 0;
  let first: StepDeviation | undefined;
  const deviate = (deviation: StepDeviation): void => {
    result.differing += 1;
    if (first === undefined) {
      first = deviation;
      result.deviations.push(deviation);
    }
  };
  for (;;) {
    const inBase = !base.done && base.clock < baseEnd;
    const inSubj = !subj.done && subj.clock < subjEnd;
    if (!inBase && !inSubj) return;
    if (inBase && inSubj) {
      if (base.sameRow(subj, shift) && base.rowEnd < baseEnd) {
        const n = base.rowCount;
        visit(stepper, subj.clock, subj.rowEnd, 0);
        result.stepsCompared += n;
        step += n;
        base.nextRow();
        subj.nextRow();
        continue;
      }
      result.stepsCompared += 1;
      const delta = subj.clock - base.clock - shift;
      const turned = base.dir !== subj.dir;
      visit(stepper, subj.clock, subj.clock, delta);
      if (turned || Math.abs(delta) > tolerance) {
        deviate({ stepper, segment, step, deltaTicks: delta, clock: subj.clock, kind: turned ? "direction" : "time" });
      }
      if (!turned) result.worstTicks = Math.max(result.worstTicks, Math.abs(delta));
      base.next();
      subj.next();
    } else if (inBase) {
      deviate({ stepper, segment, step, deltaTicks: NaN, clock: base.clock, kind: "missing" });
      visit(stepper, base.clock + shift, base.clock + shift, NaN);
      base.next();
    } else {
      deviate({ stepper, segment, step, deltaTicks: NaN, clock: subj.clock, kind: "extra" });
      visit(stepper, subj.clock, subj.clock, NaN);
      subj.next();
    }
    step += 1;
  }
}
