/**
 * Which input shaper suits a machine whose vibrations were measured. A shaper is judged by the share of the vibrations that it leaves over and by
 * how much it smooths corners; what is left over is told for the worst of some damping ratios, as the true one is not known. Frequencies Hz,
 * times s, lengths mm, accelerations mm/s².
 */
import { DEFAULT_DAMPING_RATIO, impulseTrain, type ImpulseTrain } from "../../motion/input-shapers.js";
import type { FrequencyResponse } from "./frequency-response.js";

const TESTED_DAMPING_RATIOS = [0.075, 0.1, 0.15];
/** A shaper reduces vibrations to this share at best: what is weaker does not count. */
const BEST_REDUCTION = 1 / 20;
const FREQUENCY_STEP = 0.2;
const HIGHEST_FREQUENCY = 150;
/** Vibrations are looked at up to here, or further when told. */
const USUAL_MAX_FREQUENCY = 200;
/** Acceleration at which smoothing is compared. */
const SMOOTHING_ACCEL = 5000;
/** Smoothing that is still welcome. */
const TARGET_SMOOTHING = 0.12;
const ACCEL_PRECISION = 1e-8;

/** Shapers that are tried, from light to heavy, with the lowest frequency that makes sense for each. */
export const TRIED_SHAPERS: readonly (readonly [name: string, lowest: number])[] = [["zv", 21], ["mzv", 23], ["ei", 29], ["2hump_ei", 39], ["3hump_ei", 48]];

/** A shaper at a frequency, and how it does. */
export interface ShaperFit {
  readonly name: string;
  readonly frequency: number;
  /** Greatest share left over at each frequency of the response that was looked at. */
  readonly response: Float64Array;
  /** Share of the vibrations left over. */
  readonly vibrations: number;
  readonly smoothing: number;
  /** The smaller, the better. */
  readonly score: number;
  /** Acceleration at which the smoothing is still welcome. */
  readonly maxAccel: number;
}

export interface FitOptions {
  readonly squareCornerVelocity: number;
  /** Vibrations up to here count. */
  readonly maxFrequency?: number;
  readonly maxSmoothing?: number | null;
}

/** Share of a vibration of frequency `hz` that the impulses leave over, right behind the last one. */
export function vibrationLeft({ amplitudes, times }: ImpulseTrain, hz: number, dampingRatio: number): number {
  const omega = 2 * Math.PI * hz, decay = dampingRatio * omega, swing = omega * Math.sqrt(1 - dampingRatio ** 2), end = times.at(-1)!;
  let sin = 0, cos = 0, total = 0;
  for (const [i, amplitude] of amplitudes.entries()) {
    const left = amplitude * Math.exp(-decay * (end - times[i]!));
    sin += left * Math.sin(swing * times[i]!);
    cos += left * Math.cos(swing * times[i]!);
    total += amplitude;
  }
  return Math.hypot(sin, cos) / total;
}

/** How far the impulses lead away from the way: the greater one of turning back and turning by a right angle at `accel`. */
export function smoothingOf({ amplitudes, times }: ImpulseTrain, accel: number, squareCornerVelocity: number): number {
  const total = amplitudes.reduce((sum, amplitude) => sum + amplitude, 0);
  const centre = amplitudes.reduce((sum, amplitude, i) => sum + amplitude * times[i]!, 0) / total;
  let back = 0, right = 0;
  for (const [i, amplitude] of amplitudes.entries()) {
    const late = times[i]! - centre, way = (accel / 2) * late;
    back += amplitude * way * late;
    if (late >= 0) right += amplitude * (squareCornerVelocity + way) * late;
  }
  return Math.max(back / total, (right * Math.SQRT2) / total);
}

/** The greatest acceleration with which the smoothing is welcome; 0 when there is none. */
export function maxAccelOf(impulses: ImpulseTrain, squareCornerVelocity: number): number {
  const isWelcome = (accel: number): boolean => smoothingOf(impulses, accel, squareCornerVelocity) <= TARGET_SMOOTHING;
  if (!isWelcome(1e-9)) return 0;
  let high = 1;
  while (isWelcome(high)) high *= 2;
  let low = high > 1 ? high / 2 : 0;
  while (high - low > ACCEL_PRECISION) {
    const middle = (low + high) / 2;
    if (isWelcome(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Vibrations by frequency that count, and how much of them lies above what the best shaper would leave. */
class Vibrations {
  readonly frequencies: Float64Array;
  private readonly powers: Float64Array;
  private readonly threshold: number;
  private readonly total: number;

  constructor(response: FrequencyResponse, maxFrequency: number) {
    const count = response.frequencies.filter((hz) => hz <= maxFrequency).length;
    this.frequencies = response.frequencies.subarray(0, count);
    this.powers = response.spectra.sum.subarray(0, count);
    this.threshold = this.powers.reduce((most, power) => Math.max(most, power), 0) * BEST_REDUCTION;
    this.total = this.above(() => 1);
  }

  private above(share: (index: number) => number): number {
    return this.powers.reduce((sum, power, i) => sum + Math.max(0, share(i) * power - this.threshold), 0);
  }

  left(shares: Float64Array): number {
    return this.above((i) => shares[i]!) / this.total;
  }
}

function judge(name: string, frequency: number, vibrations: Vibrations, squareCornerVelocity: number): ShaperFit {
  const impulses = impulseTrain(name, frequency, DEFAULT_DAMPING_RATIO);
  const shares = TESTED_DAMPING_RATIOS.map((ratio) => vibrations.frequencies.map((hz) => vibrationLeft(impulses, hz, ratio)));
  const left = Math.max(0, ...shares.map((share) => vibrations.left(share)));
  const smoothing = smoothingOf(impulses, SMOOTHING_ACCEL, squareCornerVelocity);
  return {
    name, frequency, smoothing, vibrations: left,
    response: shares[0]!.map((_, i) => Math.max(...shares.map((share) => share[i]!))),
    score: smoothing * (left ** 1.5 + left * 0.2 + 0.01),
    maxAccel: maxAccelOf(impulses, squareCornerVelocity),
  };
}

/**
 * The frequency at which a shaper suits a response. It takes its time: between two frequencies it yields.
 * @param lowest frequency that is tried
 */
export function* fitShaper(name: string, lowest: number, response: FrequencyResponse, options: FitOptions): Generator<void, ShaperFit> {
  const { squareCornerVelocity, maxFrequency = USUAL_MAX_FREQUENCY, maxSmoothing } = options;
  const count = Math.ceil((HIGHEST_FREQUENCY - lowest) / FREQUENCY_STEP);
  const vibrations = new Vibrations(response, Math.max(maxFrequency, lowest + (count - 1) * FREQUENCY_STEP));
  const fits: ShaperFit[] = [];
  let best: ShaperFit | undefined;
  // From high to low: smoothing grows on the way.
  for (let i = count - 1; i >= 0; i--) {
    const fit = judge(name, lowest + i * FREQUENCY_STEP, vibrations, squareCornerVelocity);
    if (maxSmoothing && fit.smoothing > maxSmoothing && best !== undefined) return best;
    fits.push(fit);
    if (best === undefined || fit.vibrations < best.vibrations) best = fit;
    yield;
  }
  // One that leaves hardly more but smooths less is preferred.
  const most = best!.vibrations * 1.1;
  return fits.reduceRight((chosen, fit) => (fit.vibrations < most && fit.score < chosen.score ? fit : chosen), best!);
}

/** The best of several shapers, ordered from light to heavy: a heavier one must be clearly better. */
export function bestShaper(fits: readonly ShaperFit[]): ShaperFit {
  return fits.reduce((best, fit) => {
    const isClearlyBetter = fit.score * 1.2 < best.score;
    const isBetterAndLighter = fit.score * 1.05 < best.score && fit.smoothing * 1.1 < best.smoothing;
    return isClearlyBetter || isBetterAndLighter ? fit : best;
  });
}
