/**
 * Series of several runs on one time axis: what a plot draws and what its table says. Each series has buckets of its own; a
 * curve is put on the common axis by its shift.
 */
import type { BucketSeries } from "../../charts/bucket-series.js";

/** A series as it is drawn. */
export interface Curve {
  label: string;
  /** Name of a colour of the style sheet, without "--". */
  colour: string;
  series: BucketSeries;
  /** Seconds that are added to its times. */
  shift: number;
  /** Drawn as steps and below the others. */
  faint?: boolean;
}

/** A line across the plot. */
export interface Floor {
  label: string;
  colour: string;
  value: number;
}

export interface Axis {
  start: number;
  step: number;
  count: number;
}

/** The common axis of some curves: the finest of their steps over all their times. */
export function axisOf(curves: readonly Curve[]): Axis {
  const start = Math.min(...curves.map((c) => c.series.start + c.shift));
  const end = Math.max(...curves.map((c) => c.series.start + c.shift + c.series.step * c.series.min.length));
  const step = Math.max((end - start) / 8000, Math.min(...curves.map((c) => c.series.step)));
  return { start, step, count: Math.max(1, Math.ceil((end - start) / step)) };
}

export type Column = (number | null)[];

/** Least and greatest value of a curve at each point of an axis. */
export function columnsOf(curve: Curve, axis: Axis): [min: Column, max: Column] {
  const { series, shift } = curve;
  const upper = series.max ?? series.min;
  const min: Column = new Array<number | null>(axis.count).fill(null);
  const max: Column = new Array<number | null>(axis.count).fill(null);
  for (let i = 0; i < axis.count; i++) {
    const at = axis.start + (i + 0.5) * axis.step - shift;
    const bucket = Math.floor((at - series.start) / series.step);
    const low = series.min[bucket];
    const high = upper[bucket];
    if (low !== null && low !== undefined) min[i] = low * series.scale;
    if (high !== null && high !== undefined) max[i] = high * series.scale;
  }
  return [min, max];
}

/** Least and greatest value of a curve from one moment to another. */
export function rangeOf(curve: Curve, from: number, to: number): [number, number] | undefined {
  const { series, shift } = curve;
  const upper = series.max ?? series.min;
  let min = Infinity;
  let max = -Infinity;
  const first = Math.max(0, Math.floor((from - shift - series.start) / series.step));
  const last = Math.min(series.min.length - 1, Math.ceil((to - shift - series.start) / series.step) - 1);
  for (let i = first; i <= last; i++) {
    const low = series.min[i];
    const high = upper[i];
    if (low !== null && low !== undefined) min = Math.min(min, low);
    if (high !== null && high !== undefined) max = Math.max(max, high);
  }
  return min === Infinity ? undefined : [min * series.scale, max * series.scale];
}

/** Factor and unit in which values of a magnitude read well. */
export function readableUnit(unit: string, magnitude: number): [factor: number, unit: string] {
  if (unit === "s") return magnitude < 1e-3 ? [1e6, "µs"] : magnitude < 1 ? [1e3, "ms"] : [1, "s"];
  if (unit === "B/s" && magnitude >= 2000) return [1e-3, "kB/s"];
  if (unit === "B" && magnitude >= 4000) return [1e-3, "kB"];
  return [1, unit];
}

/** A number with three or four digits. */
export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1000 ? value.toFixed(0) : size >= 100 ? value.toFixed(1).replace(/\.0$/, "") : Number(value.toPrecision(3)).toString();
}

/** Seconds as minutes where there are some. */
export function clockText(seconds: number): string {
  const sign = seconds < 0 ? "−" : "";
  const s = Math.abs(seconds);
  return s < 60 ? `${sign}${short(s)} s` : `${sign}${Math.floor(s / 60)}:${(s % 60).toFixed(1).padStart(4, "0")} min`;
}
