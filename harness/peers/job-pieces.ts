/**
 * Step streams with homings among them → pieces between the homings. Streams part where nothing moves for 2.5 s; the parts in which
 * our run homed are left out of both, and what lies between two homings is one piece.
 */
import { lowerBound, standstills, type StepStream } from "../reference/step-rows.js";
import { compareJobParts, slice, type StepStreamComparison, type StepStreamCriterion, type StepperComparison } from "../reference/step-stream-comparison.js";

const PAUSE_SECONDS = 2.5;
/** Steps by which the first moves after homing may differ in number: they start where the carriage really stopped. */
const FIRST_MOVE_STEPS = 64;

export interface Interval {
  begin: number;
  end: number;
}

/** A part of a stream between two pauses. */
interface Part {
  start: number;
  streams: StepStream[];
}

function partsOf(streams: readonly StepStream[], frequency: number): Part[] {
  const first = Math.min(...streams.map((s) => s.clocks[0] ?? Infinity));
  if (first === Infinity) return [];
  const starts = [first, ...standstills(streams, PAUSE_SECONDS * frequency).map(({ next }) => next)];
  return starts.map((start, i) => ({ start, streams: streams.map((s) => slice(s, lowerBound(s.clocks, start), lowerBound(s.clocks, starts[i + 1] ?? Infinity))) }));
}

const join = (parts: readonly Part[]): StepStream[] => (parts[0]?.streams ?? []).map(({ name }, i) => {
  const pieces = parts.map((part) => part.streams[i]!);
  const length = pieces.reduce((sum, { clocks }) => sum + clocks.length, 0);
  const [clocks, dirs] = [new Float64Array(length), new Uint8Array(length)];
  let at = 0;
  for (const piece of pieces) {
    clocks.set(piece.clocks, at);
    dirs.set(piece.dirs, at);
    at += piece.clocks.length;
  }
  return { name, clocks, dirs };
});

/**
 * Compares two runs of a job piece by piece.
 * @param homings clocks of `ours` from the pause before each homing to the one after it
 */
export function comparePieces(ours: readonly StepStream[], reference: readonly StepStream[], homings: readonly Interval[], criterion: StepStreamCriterion): StepStreamComparison {
  const { frequency } = criterion;
  const [a, b] = [partsOf(ours, frequency), partsOf(reference, frequency)];
  const isHoming = a.map(({ start }) => homings.some(({ begin, end }) => start >= begin && start <= end + frequency));
  const result: StepStreamComparison = { equal: true, problems: [], segments: 0, steppers: [] };
  for (let from = 0; from < a.length; from++) {
    if (isHoming[from]) continue;
    let to = from + 1;
    while (to < a.length && !isHoming[to]) to += 1;
    // The last piece takes what either has left.
    const ends = to === a.length ? [a.length, Math.max(b.length, a.length)] : [to, to];
    const piece = compareJobParts(join(a.slice(from, ends[0])), join(b.slice(from, ends[1])), { ...criterion, ...(from > 0 ? { firstMoveSteps: FIRST_MOVE_STEPS } : {}) });
    add(result, piece);
    if (result.first !== undefined) break;
    from = to - 1;
  }
  if (a.length !== b.length) result.problems.unshift(`pauses differ: ours ${a.length - 1}, reference ${b.length - 1} (nothing moves for ${PAUSE_SECONDS} s)`);
  result.equal = result.problems.length === 0;
  return result;
}

/** Adds the figures of a piece to those before it. */
function add(sum: StepStreamComparison, piece: StepStreamComparison): void {
  if (piece.first !== undefined) sum.first ??= { ...piece.first, segment: piece.first.segment + sum.segments };
  sum.segments += piece.segments;
  for (const problem of piece.problems) sum.problems.push(problem);
  for (const one of piece.steppers) {
    const before = sum.steppers.find(({ name }) => name === one.name);
    if (before === undefined) sum.steppers.push({ ...one });
    else accumulate(before, one);
  }
}

function accumulate(sum: StepperComparison, one: StepperComparison): void {
  const steps = sum.steps + one.steps;
  sum.rmsSeconds = Math.sqrt((sum.rmsSeconds ** 2 * sum.steps + one.rmsSeconds ** 2 * one.steps) / Math.max(steps, 1));
  sum.steps = steps;
  sum.referenceSteps += one.referenceSteps;
  sum.missing += one.missing;
  sum.extra += one.extra;
  sum.outOfTolerance += one.outOfTolerance;
  sum.worstSeconds = Math.max(sum.worstSeconds, one.worstSeconds);
  sum.excursionPairs += one.excursionPairs;
}
