/**
 * Step rows of a file or a trace as streams of steps: CSV text in the columns of the reference data
 * (`stepper,first_clock,interval,count,add,dir`) → columns per stepper → one clock and one direction per step.
 * Clocks are 64-bit MCU ticks; step k of a row comes at `first_clock + k·interval + add·k(k+1)/2`.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";

/** Steps of one stepper in order of time. */
export interface StepStream {
  readonly name: string;
  /** Clock of each step, ticks. */
  readonly clocks: Float64Array;
  /** Level of the dir pin at each step. */
  readonly dirs: Uint8Array;
}

const FIELDS = ["stepper", "first_clock", "interval", "count", "add", "dir"] as const;

/** Rows of step CSV text, stepper by stepper in order of appearance. @throws Error on a missing column or a field that is no integer */
export function parseStepRows(text: string): StepColumns[] {
  const lines = text.split(/\r?\n/);
  const header = lines[0]!.split(",");
  const at = FIELDS.map((field) => {
    const index = header.indexOf(field);
    if (index < 0) throw new Error(`Step rows lack the column "${field}": the header is "${lines[0]}"`);
    return index;
  });
  const steppers = new Map<string, number[][]>();
  for (let i = 1; i < lines.length; i++) {
    if (lines[i] === "") continue;
    const cells = lines[i]!.split(",");
    const name = cells[at[0]!]!;
    let columns = steppers.get(name);
    if (columns === undefined) steppers.set(name, (columns = [[], [], [], [], []]));
    for (let f = 1; f < FIELDS.length; f++) {
      const value = Number(cells[at[f]!]);
      if (!Number.isSafeInteger(value)) throw new Error(`Step row ${i} has "${cells[at[f]!]}" for ${FIELDS[f]}: an integer is wanted`);
      columns[f - 1]!.push(value);
    }
  }
  return [...steppers].map(([name, [firstClock, interval, count, add, dir]]) => ({
    name, length: firstClock!.length, firstClock: firstClock!, interval: interval!, count: count!, add: add!, dir: dir!,
  }));
}

/** Rows of a CSV file, plain or gzipped. */
export function loadStepRows(path: string): StepColumns[] {
  const bytes = readFileSync(path);
  return parseStepRows((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
}

/** Every step of the rows; steppers that never step are left out. */
export function expandSteps(steppers: readonly StepColumns[]): StepStream[] {
  const out: StepStream[] = [];
  for (const s of steppers) {
    let total = 0;
    for (let i = 0; i < s.length; i++) total += s.count[i]!;
    if (total === 0) continue;
    const clocks = new Float64Array(total);
    const dirs = new Uint8Array(total);
    let n = 0;
    for (let i = 0; i < s.length; i++) {
      const add = s.add[i]!;
      const dir = s.dir[i]!;
      let clock = s.firstClock[i]!;
      let interval = s.interval[i]! + add;
      for (let k = s.count[i]!; k > 0; k--, n++, clock += interval, interval += add) {
        clocks[n] = clock;
        dirs[n] = dir;
      }
    }
    out.push({ name: s.name, clocks, dirs });
  }
  return out;
}

/** Times at which no stepper moved for more than `ticks`: pairs of the last step before and the first step after. */
export function standstills(streams: readonly StepStream[], ticks: number): { last: number; next: number }[] {
  const out: { last: number; next: number }[] = [];
  const at = streams.map(() => 0);
  let last = -Infinity;
  for (;;) {
    let next = Infinity;
    for (let s = 0; s < streams.length; s++) {
      const clock = streams[s]!.clocks[at[s]!];
      if (clock !== undefined && clock < next) next = clock;
    }
    if (next === Infinity) return out;
    if (last !== -Infinity && next - last > ticks) out.push({ last, next });
    // Each stepper is followed as far as its steps, or those of the ones before it, leave no pause.
    last = Math.max(last, next);
    for (let s = 0; s < streams.length; s++) {
      const { clocks } = streams[s]!;
      let i = at[s]!;
      while (i < clocks.length && clocks[i]! - last <= ticks) last = Math.max(last, clocks[i++]!);
      at[s] = i;
    }
  }
}

/** First index whose clock is not below `clock`. */
export function lowerBound(clocks: ArrayLike<number>, clock: number): number {
  let low = 0;
  let high = clocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (clocks[middle]! < clock) low = middle + 1;
    else high = middle;
  }
  return low;
}
