/** Several touches of one point: their parameters, and what is made of them. Positions mm. */
import type { ConfigSection, GCodeCommand } from "../../heaters/host-types.js";

export type Position = readonly number[];

/** How often and how far a point is touched. */
export interface SampleParameters {
  speed: number;
  liftSpeed: number;
  count: number;
  retractDist: number;
  tolerance: number;
  retries: number;
  /** "median" or "average". */
  result: string;
}

/** The options of a probe's section. */
export function readSampleOptions(config: ConfigSection): Omit<SampleParameters, "speed" | "liftSpeed"> {
  return {
    count: config.getInt("samples", { default: 1, minval: 1 }),
    retractDist: config.getFloat("sample_retract_dist", { default: 2, above: 0 }),
    result: config.getChoice("samples_result", ["median", "average"], { default: "average" }) as string,
    tolerance: config.getFloat("samples_tolerance", { default: 0.1, minval: 0 }),
    retries: config.getInt("samples_tolerance_retries", { default: 0, minval: 0 }),
  };
}

/** The parameters of a command, with `options` where it names none. */
export function readSampleParameters(gcmd: GCodeCommand, options: SampleParameters): SampleParameters {
  return {
    speed: gcmd.getFloat("PROBE_SPEED", { default: options.speed, above: 0 }),
    liftSpeed: options.liftSpeed,
    count: gcmd.getInt("SAMPLES", { default: options.count, minval: 1 }),
    retractDist: gcmd.getFloat("SAMPLE_RETRACT_DIST", { default: options.retractDist, above: 0 }),
    tolerance: gcmd.getFloat("SAMPLES_TOLERANCE", { default: options.tolerance, minval: 0 }),
    retries: gcmd.getInt("SAMPLES_TOLERANCE_RETRIES", { default: options.retries, minval: 0 }),
    result: gcmd.get("SAMPLES_RESULT", { default: options.result }),
  };
}

/** The mean of each coordinate. */
export function meanPosition(positions: readonly Position[]): number[] {
  return [0, 1, 2].map((axis) => positions.reduce((sum, position) => sum + position[axis]!, 0) / positions.length);
}

/** The position with the middle height; between two middle ones their mean. */
export function medianPosition(positions: readonly Position[]): number[] {
  const byHeight = [...positions].sort((a, b) => a[2]! - b[2]!);
  const middle = byHeight.length >> 1;
  return byHeight.length % 2 === 1 ? [...byHeight[middle]!] : meanPosition(byHeight.slice(middle - 1, middle + 1));
}

/** Difference of the highest and the lowest. */
export function heightRange(positions: readonly Position[]): number {
  const heights = positions.map((position) => position[2]!);
  return Math.max(...heights) - Math.min(...heights);
}

const six = (value: number): string => value.toFixed(6);

/** Extremes, mean, median and deviation of heights as text. */
export function spread(positions: readonly Position[]): string {
  const heights = positions.map((position) => position[2]!);
  const average = meanPosition(positions)[2]!;
  const variance = heights.reduce((sum, height) => sum + (height - average) ** 2, 0) / heights.length;
  return `maximum ${six(Math.max(...heights))}, minimum ${six(Math.min(...heights))}, range ${six(heightRange(positions))},` +
    ` average ${six(average)}, median ${six(medianPosition(positions)[2]!)}, standard deviation ${six(Math.sqrt(variance))}`;
}

/** Text of PROBE_ACCURACY. */
export function accuracyText(positions: readonly Position[]): string {
  const heights = positions.map((position) => position[2]!);
  const steps = heights.slice(1).map((height, i) => Math.abs(height - heights[i]!));
  const delta = steps.length === 0 ? 0 : steps.reduce((sum, step) => sum + step, 0) / steps.length;
  return `probe accuracy results: ${spread(positions)}, average delta ${six(delta)}`;
}
