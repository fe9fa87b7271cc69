/**
 * Series for pictures: values over time, reduced to the least and the greatest of each of some thousand equal buckets, so
 * that a print of any length takes the same room and no peak is lost. Values are kept as whole multiples of `scale`,
 * which writes short. Seconds since the start of the job → buckets.
 */

/** Values over time; bucket i covers [start + i·step, start + (i+1)·step) seconds. */
export interface BucketSeries {
  unit: string;
  start: number;
  step: number;
  /** Value of one unit in `min` and `max`. */
  scale: number;
  /** Least value of each bucket, null where there is none. */
  min: (number | null)[];
  /** Greatest value of each bucket; absent where only the least matters. */
  max?: (number | null)[];
}

/** Buckets of a picture: more than a wide screen has pixels, so that some zooming shows more. */
export const MAX_BUCKETS = 6000;
/** Shortest bucket, seconds. */
const MIN_STEP = 0.005;

export interface TimeWindow {
  start: number;
  end: number;
}

export class Buckets {
  readonly #start: number;
  readonly #step: number;
  readonly #min: Float64Array;
  readonly #max: Float64Array;

  constructor(window: TimeWindow, count = MAX_BUCKETS) {
    const length = Math.max(window.end - window.start, MIN_STEP);
    this.#start = window.start;
    this.#step = Math.max(length / count, MIN_STEP);
    const n = Math.max(1, Math.ceil(length / this.#step));
    this.#min = new Float64Array(n).fill(Infinity);
    this.#max = new Float64Array(n).fill(-Infinity);
  }

  #bucket(seconds: number): number {
    return Math.floor((seconds - this.#start) / this.#step);
  }

  #put(bucket: number, value: number): void {
    if (value < this.#min[bucket]!) this.#min[bucket] = value;
    if (value > this.#max[bucket]!) this.#max[bucket] = value;
  }

  /** A value at one moment; outside the window it is left out. */
  add(seconds: number, value: number): void {
    const bucket = this.#bucket(seconds);
    if (bucket >= 0 && bucket < this.#min.length) this.#put(bucket, value);
  }

  /** A value that goes in a straight line from one moment to another. */
  addLine(from: number, to: number, fromValue: number, toValue: number): void {
    if (!(to > from)) return;
    const slope = (toValue - fromValue) / (to - from);
    const first = Math.max(0, this.#bucket(from));
    const last = Math.min(this.#min.length - 1, this.#bucket(to));
    for (let bucket = first; bucket <= last; bucket++) {
      const a = Math.max(from, this.#start + bucket * this.#step);
      const b = Math.min(to, this.#start + (bucket + 1) * this.#step);
      if (b < a) continue;
      this.#put(bucket, fromValue + slope * (a - from));
      this.#put(bucket, fromValue + slope * (b - from));
    }
  }

  /** @param scale resolution in which values are kept */
  series(unit: string, scale: number, sides: "both" | "min" | "max" = "both"): BucketSeries {
    const whole = (values: Float64Array): (number | null)[] => Array.from(values, (v) => (Number.isFinite(v) ? Math.round(v / scale) : null));
    const least = sides === "max" ? whole(this.#max) : whole(this.#min);
    return { unit, start: rounded(this.#start), step: this.#step, scale, min: least, ...(sides === "both" ? { max: whole(this.#max) } : {}) };
  }
}

/** Seconds to the microsecond: what a picture can show. */
export const rounded = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;

/** Least and greatest value of a series with their moments; undefined when it holds nothing. */
export function extremes(series: BucketSeries): { min: number; minAt: number; max: number; maxAt: number } | undefined {
  const upper = series.max ?? series.min;
  let min = Infinity;
  let max = -Infinity;
  let minAt = 0;
  let maxAt = 0;
  for (let i = 0; i < series.min.length; i++) {
    const low = series.min[i];
    const high = upper[i];
    if (low !== null && low !== undefined && low < min) [min, minAt] = [low, i];
    if (high !== null && high !== undefined && high > max) [max, maxAt] = [high, i];
  }
  if (min === Infinity) return undefined;
  const at = (i: number): number => series.start + (i + 0.5) * series.step;
  return { min: min * series.scale, minAt: at(minAt), max: max * series.scale, maxAt: at(maxAt) };
}
