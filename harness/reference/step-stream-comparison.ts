/**
 * Judges a step stream by a reference stream of another host. Two hosts may start a segment at another print time, so both streams
 * are cut where nothing moves for 100 ms and each segment is aligned by one shift for all steppers. Per stepper the same
 * steps must come in the same directions, each within the tolerance; the moves before the first pause may differ by a few
 * steps, since they start where homing stopped the carriage; a few pairs of opposite steps may be in one stream only, which a
 * solver that samples the position steps over.
 */
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import { expandSteps, lowerBound, standstills, type StepStream } from "./step-rows.js";

export interface StepStreamCriterion {
  /** Ticks per second of both streams. */
  frequency: number;
  /** Largest distance of a step from its reference, seconds. */
  toleranceSeconds?: number;
  /** Steps by which the moves before the first pause may differ in number, for they start where homing stopped the carriage. */
  firstMoveSteps?: number;
  /** Excursion pairs allowed per stepper. */
  excursionPairs?: number;
  /**
   * How far apart a lone step may be whose place the path passes three times, seconds: there and, after a turn, back and there again. A host that sees
   * only the first passage, and one in which the first two cancel each other, differ in it. Counts as an excursion pair; none by default.
   */
  triplePassageSeconds?: number;
}

export interface StepperComparison {
  name: string;
  steps: number;
  referenceSteps: number;
  /** Steps of the reference that are not there, and steps that it does not have. */
  missing: number;
  extra: number;
  /** Steps at another time or in another direction, and all that are missing or extra. */
  outOfTolerance: number;
  worstSeconds: number;
  rmsSeconds: number;
  excursionPairs: number;
}

export interface FirstDifference {
  stepper: string;
  segment: number;
  /** Index of the step in its segment. */
  step: number;
  /** Clock of the reference's step; NaN where it has none. */
  referenceClock: number;
  /** Clock in our stream at which the reference's step would be, or at which ours is that it does not have. */
  clock: number;
  /** Ours minus reference after alignment, seconds; NaN where one has no such step. */
  deltaSeconds: number;
  kind: "time" | "direction" | "missing" | "extra";
}

export interface StepStreamComparison {
  equal: boolean;
  /** Sentences about what differs; empty when equal. */
  problems: string[];
  segments: number;
  steppers: StepperComparison[];
  /** First of the earliest segment that differs. */
  first?: FirstDifference;
}

/** A job makes a pause of 3 s right after homing. */
const HOMING_PAUSE_SECONDS = 2.5;
const SEGMENT_PAUSE_SECONDS = 0.1;
/** Steps by which the shift of a segment is found. */
const ALIGNMENT_STEPS = 1000;
/** Steps after an excursion pair that must fit for it to be one. */
const EXCURSION_PROOF_STEPS = 8;
/** Where pairs follow closely, at least so many must fit between them. */
const EXCURSION_LEAST_STEPS = 3;

/** Clock of the first step after homing; −Infinity for a stream without the pause after it. */
export function jobStartClock(streams: readonly StepStream[], frequency: number): number {
  return standstills(streams, HOMING_PAUSE_SECONDS * frequency - 1)[0]?.next ?? -Infinity;
}

/** The rows of the job: what comes after homing, and what a reference stream and the counts of its summary hold. */
export function jobPart(rows: readonly StepColumns[], frequency: number): StepColumns[] {
  const start = jobStartClock(expandSteps(rows), frequency);
  return rows.map((s) => {
    const from = lowerBound(s.firstClock, start);
    const part = (column: ArrayLike<number>): number[] => Array.prototype.slice.call(column, from, s.length) as number[];
    return { name: s.name, length: s.length - from, firstClock: part(s.firstClock), interval: part(s.interval), count: part(s.count), add: part(s.add), dir: part(s.dir) };
  });
}

/** Compares the job part of `ours` (homing may be in it) with a reference that holds the job only. */
export function compareStepStreams(ours: readonly StepColumns[], reference: readonly StepColumns[], criterion: StepStreamCriterion): StepStreamComparison {
  const all = expandSteps(ours);
  const start = jobStartClock(all, criterion.frequency);
  return compareJobParts(all.map((s) => slice(s, lowerBound(s.clocks, start), s.clocks.length)), expandSteps(reference), { firstMoveSteps: 64, ...criterion });
}

/** Compares streams that hold no homing. Without `firstMoveSteps` the first segment is judged as all others. */
export function compareJobParts(ours: readonly StepStream[], reference: readonly StepStream[], criterion: StepStreamCriterion): StepStreamComparison {
  const { frequency, toleranceSeconds = 50e-6, firstMoveSteps, excursionPairs = 20, triplePassageSeconds = 0 } = criterion;
  const subject = ours.filter((s) => s.clocks.length > 0);
  const golden = reference.filter((s) => s.clocks.length > 0);
  const result: StepStreamComparison = { equal: true, problems: [], segments: 0, steppers: [] };
  const namesOf = (streams: readonly StepStream[]): string => streams.map((s) => s.name).sort().join(", ");
  if (namesOf(subject) !== namesOf(golden)) result.problems.push(`steppers differ: ours ${namesOf(subject)}, reference ${namesOf(golden)}`);
  const subjectCuts = cuts(subject, frequency);
  const goldenCuts = cuts(golden, frequency);
  if (subjectCuts.length !== goldenCuts.length) {
    result.problems.push(`segments differ: ours ${subjectCuts.length + 1}, reference ${goldenCuts.length + 1} (cut where nothing moves for 100 ms)`);
  }
  const pairs = golden.flatMap((g) => {
    const s = subject.find(({ name }) => name === g.name);
    return s === undefined ? [] : [{ name: g.name, ours: split(s, subjectCuts), reference: split(g, goldenCuts) }];
  });
  // Where the cuts differ, those that both have lead to the first difference.
  result.segments = Math.min(subjectCuts.length, goldenCuts.length) + 1;
  const shifts = Array.from({ length: result.segments }, (_, segment) => alignment(pairs.map((p) => [p.ours[segment]!.clocks, p.reference[segment]!.clocks])));
  for (const pair of pairs) {
    const judge = new StepperJudge(pair.name, toleranceSeconds * frequency, excursionPairs, triplePassageSeconds * frequency);
    for (let segment = 0; segment < result.segments; segment++) {
      if (segment === 0 && firstMoveSteps !== undefined) judge.firstMoves(pair.ours[0]!, pair.reference[0]!, firstMoveSteps);
      else judge.segment(segment, pair.ours[segment]!, pair.reference[segment]!, shifts[segment]!);
    }
    const figures = judge.figures(frequency);
    result.steppers.push(figures);
    const { first } = judge;
    if (figures.outOfTolerance > 0) result.problems.push(`${pair.name}: ${figures.outOfTolerance} steps out of tolerance, first at reference clock ${first!.referenceClock} (segment ${first!.segment}, step ${first!.step})`);
    if (first !== undefined && (result.first === undefined || first.segment < result.first.segment || (first.segment === result.first.segment && first.clock < result.first.clock))) {
      result.first = { ...first, deltaSeconds: first.deltaSeconds / frequency };
    }
  }
  result.equal = result.problems.length === 0;
  return result;
}

export const slice = (s: StepStream, from: number, to: number): StepStream => ({ name: s.name, clocks: s.clocks.subarray(from, to), dirs: s.dirs.subarray(from, to) });

const cuts = (streams: readonly StepStream[], frequency: number): number[] => standstills(streams, SEGMENT_PAUSE_SECONDS * frequency).map(({ next }) => next);

function split(stream: StepStream, at: readonly number[]): StepStream[] {
  const edges = [0, ...at.map((clock) => lowerBound(stream.clocks, clock)), stream.clocks.length];
  return edges.slice(1).map((to, i) => slice(stream, edges[i]!, to));
}

/** Shift of a segment, ticks: the median over the first steps; where all counts differ, over the last steps. */
function alignment(pairs: readonly (readonly [Float64Array, Float64Array])[]): number {
  const differences: number[] = [];
  for (const [ours, reference] of pairs) {
    if (ours.length !== reference.length) continue;
    for (let i = 0; i < Math.min(ours.length, ALIGNMENT_STEPS); i++) differences.push(ours[i]! - reference[i]!);
  }
  if (differences.length === 0) for (const [ours, reference] of pairs) if (ours.length > 0 && reference.length > 0) differences.push(ours.at(-1)! - reference.at(-1)!);
  if (differences.length === 0) return 0;
  differences.sort((a, b) => a - b);
  const middle = differences.length >> 1;
  return differences.length % 2 === 1 ? differences[middle]! : (differences[middle - 1]! + differences[middle]!) / 2;
}

/** Walks through the segments of one stepper. */
class StepperJudge {
  first: FirstDifference | undefined;
  readonly #name: string;
  readonly #tolerance: number;
  readonly #budget: number;
  readonly #passageTicks: number;
  #steps = 0;
  #referenceSteps = 0;
  #missing = 0;
  #extra = 0;
  #out = 0;
  #worst = 0;
  #squares = 0;
  #pairs = 0;

  constructor(name: string, toleranceTicks: number, excursionPairs: number, passageTicks: number) {
    this.#name = name;
    this.#tolerance = toleranceTicks;
    this.#budget = excursionPairs;
    this.#passageTicks = passageTicks;
  }

  firstMoves(ours: StepStream, reference: StepStream, allowed: number): void {
    this.#steps += ours.clocks.length;
    this.#referenceSteps += reference.clocks.length;
    if (Math.abs(ours.clocks.length - reference.clocks.length) > allowed) this.#unmatched(0, ours, ours.clocks.length, reference, reference.clocks.length, NaN);
  }

  segment(segment: number, ours: StepStream, reference: StepStream, shift: number): void {
    this.#steps += ours.clocks.length;
    this.#referenceSteps += reference.clocks.length;
    let a = 0;
    let b = 0;
    let searching = true;
    for (;;) {
      const inBoth = a < ours.clocks.length && b < reference.clocks.length;
      if (!inBoth && a === ours.clocks.length && b === reference.clocks.length) return;
      if (inBoth) {
        const delta = ours.clocks[a]! - reference.clocks[b]! - shift;
        const turned = ours.dirs[a] !== reference.dirs[b];
        if (!turned && Math.abs(delta) <= this.#tolerance) {
          this.#measure(delta);
          a++;
          b++;
          continue;
        }
        const skip = searching ? this.#excursion(ours, a, reference, b, shift) : undefined;
        if (skip === undefined) {
          searching = false;
          this.#out += 1;
          this.#measure(delta);
          this.#note({ stepper: this.#name, segment, step: b, referenceClock: reference.clocks[b]!, clock: reference.clocks[b]! + shift, deltaSeconds: delta, kind: turned ? "direction" : "time" });
          a++;
          b++;
        } else [a, b] = skip;
        continue;
      }
      const skip = searching ? this.#excursion(ours, a, reference, b, shift) : undefined;
      if (skip === undefined) return this.#unmatched(segment, ours, a, reference, b, shift);
      [a, b] = skip;
    }
  }

  /** Where to go on when one stream has a pair of opposite steps here, at this step or at the one before, that the other steps over. */
  #excursion(ours: StepStream, a: number, reference: StepStream, b: number, shift: number): [number, number] | undefined {
    if (this.#pairs >= this.#budget) return undefined;
    for (const back of [0, 1]) {
      if (isPair(ours, a - back) && this.#fits(ours, a - back + 2, reference, b - back, shift)) {
        this.#pairs += 1;
        return [a - back + 2, b - back];
      }
      if (isPair(reference, b - back) && this.#fits(ours, a - back, reference, b - back + 2, shift)) {
        this.#pairs += 1;
        return [a - back, b - back + 2];
      }
    }
    if (!this.#isTriplePassage(ours, a, reference, b, shift)) return undefined;
    this.#pairs += 1;
    return [a + 1, b + 1];
  }

  /** Whether only this step is at another time, the steps before and after it are not, and the motor went slowly past its place. */
  #isTriplePassage(ours: StepStream, a: number, reference: StepStream, b: number, shift: number): boolean {
    if (a === 0 || b === 0 || a + 1 >= ours.clocks.length || b + 1 >= reference.clocks.length) return false;
    const apart = Math.abs(ours.clocks[a]! - reference.clocks[b]! - shift);
    if (apart > this.#passageTicks || reference.clocks[b + 1]! - reference.clocks[b - 1]! < 2 * apart) return false;
    return this.#fits(ours, a - 1, reference, b - 1, shift, 1) && this.#fits(ours, a + 1, reference, b + 1, shift) && ours.dirs[a] === reference.dirs[b];
  }

  #fits(ours: StepStream, a: number, reference: StepStream, b: number, shift: number, steps = EXCURSION_PROOF_STEPS): boolean {
    if (a < 0 || b < 0) return false;
    const n = Math.min(steps, ours.clocks.length - a, reference.clocks.length - b);
    for (let i = 0; i < n; i++) {
      const fits = ours.dirs[a + i] === reference.dirs[b + i] && Math.abs(ours.clocks[a + i]! - reference.clocks[b + i]! - shift) <= this.#tolerance;
      // What comes next may be another pair, which is looked at in its turn.
      if (!fits) return i >= EXCURSION_LEAST_STEPS && (isPair(ours, a + i) || isPair(ours, a + i - 1) || isPair(reference, b + i) || isPair(reference, b + i - 1));
    }
    return true;
  }

  #measure(delta: number): void {
    this.#worst = Math.max(this.#worst, Math.abs(delta));
    this.#squares += delta * delta;
  }

  /** The rest of a segment from indices a and b on is in one stream only, or differs in number. Without a shift the segment has not been aligned. */
  #unmatched(segment: number, ours: StepStream, a: number, reference: StepStream, b: number, shift: number): void {
    const whole = Number.isNaN(shift);
    const extra = whole ? a - b : ours.clocks.length - a - (reference.clocks.length - b);
    if (extra > 0) this.#extra += extra;
    else this.#missing -= extra;
    this.#out += Math.abs(extra);
    const step = whole ? 0 : b;
    const clock = ours.clocks[whole ? 0 : a] ?? reference.clocks[step]! + (whole ? 0 : shift);
    this.#note({ stepper: this.#name, segment, step, referenceClock: reference.clocks[step] ?? NaN, clock, deltaSeconds: NaN, kind: extra > 0 ? "extra" : "missing" });
  }

  #note(difference: FirstDifference): void {
    this.first ??= difference;
  }

  figures(frequency: number): StepperComparison {
    return {
      name: this.#name, steps: this.#steps, referenceSteps: this.#referenceSteps, missing: this.#missing, extra: this.#extra, outOfTolerance: this.#out,
      worstSeconds: this.#worst / frequency, rmsSeconds: Math.sqrt(this.#squares / Math.max(this.#steps, 1)) / frequency, excursionPairs: this.#pairs,
    };
  }
}

const isPair = (stream: StepStream, at: number): boolean => at >= 0 && at + 1 < stream.clocks.length && stream.dirs[at] !== stream.dirs[at + 1];
