/**
 * The body of a job: what lies between its two long pauses (G4 P3000 after the first homing and before the last). Runs whose
 * hosts are timed differently are compared on it, from its first step on: where the carriage stops in homing depends, to the
 * microstep, on when the host generated the steps, so the moves around it may differ.
 */
import type { StepColumns, StepRecord } from "../../conformance/oracles/step-comparison.js";

const PAUSE_SECONDS = 2.5;

/** Clock of the last step of a row. */
function rowEnd(s: StepColumns, i: number): number {
  const n = s.count[i]! - 1;
  return s.firstClock[i]! + n * s.interval[i]! + (s.add[i]! * n * (n + 1)) / 2;
}

/** Clocks of the first step after the first pause, and of the pause that follows; undefined when there is no pause. */
function bodyWindow(record: StepRecord, frequency: number): [from: number, to: number] | undefined {
  const rows = record.steppers.flatMap((s) => Array.from({ length: s.length }, (_, i): [number, number] => [s.firstClock[i]!, rowEnd(s, i)]));
  rows.sort((a, b) => a[0] - b[0]);
  let end = -Infinity;
  let from: number | undefined;
  for (const [first, last] of rows) {
    if (end > 0 && first - end >= PAUSE_SECONDS * frequency) {
      if (from !== undefined) return [from, first];
      from = first;
    }
    end = Math.max(end, last);
  }
  return from === undefined ? undefined : [from, Infinity];
}

/** The body of a record with its own first step as the first anchor; the whole record when it has no pauses. */
export function bodyOf(record: StepRecord, frequency: number): StepRecord {
  const window = bodyWindow(record, frequency);
  if (window === undefined) return record;
  const [from, to] = window;
  return {
    anchors: [from, ...record.anchors.filter((clock) => clock > from && clock < to)],
    steppers: record.steppers.map((s) => {
      const keep = Array.from({ length: s.length }, (_, i) => i).filter((i) => s.firstClock[i]! >= from && s.firstClock[i]! < to);
      const pick = (column: ArrayLike<number>): number[] => keep.map((i) => column[i]!);
      return { name: s.name, length: keep.length, firstClock: pick(s.firstClock), interval: pick(s.interval), count: pick(s.count), add: pick(s.add), dir: pick(s.dir) };
    }),
  };
}
