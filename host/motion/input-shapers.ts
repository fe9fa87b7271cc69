/**
 * Input shapers: trains of impulses that do not excite a resonance of a given frequency and damping. Amplitudes and times are those of the
 * literature: Singer and Seering (ZV, ZVD), Singhose (EI and its humps, for a tolerated vibration of 5 %); MZV is a three-impulse
 * shaper over three quarters of the period.
 *
 * With damping ratio z the damped period is Td = 1/(f*sqrt(1-z^2)), and half a period damps vibration by K = exp(-z*pi/sqrt(1-z^2)).
 */
import type { ShaperPulse } from "../steps/stepper-kinematics.js";

/** Vibration that EI shapers leave over, as a share. */
const TOLERATED_VIBRATION = 1 / 20;

export const DEFAULT_DAMPING_RATIO = 0.1;

/** Amplitudes and times (s) of impulses, in order of time. */
export interface ImpulseTrain {
  readonly amplitudes: readonly number[];
  readonly times: readonly number[];
}

/** Amplitudes before damping, and times in periods. */
interface ShaperForm {
  readonly weights: readonly number[];
  readonly periods: readonly number[];
}

const halfPeriods = (count: number): number[] => Array.from({ length: count }, (_, i) => i / 2);

function twoHumps(v: number): ShaperForm {
  const v2 = v * v;
  const x = Math.cbrt(v2 * (Math.sqrt(1 - v2) + 1));
  const outer = (3 * x * x + 2 * x + 3 * v2) / (16 * x);
  return { weights: [outer, 0.5 - outer, 0.5 - outer, outer], periods: halfPeriods(4) };
}

function threeHumps(v: number): ShaperForm {
  const outer = (1 + 3 * v + 2 * Math.sqrt(2 * (v + 1) * v)) / 16;
  const next = (1 - v) / 4;
  return { weights: [outer, next, (1 + v) / 2 - 2 * outer, next, outer], periods: halfPeriods(5) };
}

/** Shapers by their names in configurations. */
const FORMS: ReadonlyMap<string, ShaperForm> = new Map([
  ["zv", { weights: [1, 1], periods: halfPeriods(2) }],
  ["mzv", { weights: [1 - Math.SQRT1_2, Math.SQRT2 - 1, 1 - Math.SQRT1_2], periods: [0, 0.375, 0.75] }],
  ["zvd", { weights: [1, 2, 1], periods: halfPeriods(3) }],
  ["ei", { weights: [(1 + TOLERATED_VIBRATION) / 4, (1 - TOLERATED_VIBRATION) / 2, (1 + TOLERATED_VIBRATION) / 4], periods: halfPeriods(3) }],
  ["2hump_ei", twoHumps(TOLERATED_VIBRATION)],
  ["3hump_ei", threeHumps(TOLERATED_VIBRATION)],
]);

export const SHAPER_NAMES: readonly string[] = [...FORMS.keys()];

/**
 * Impulses of a shaper for a resonance of `frequency` Hz. Damping shrinks an impulse by the vibration that is left of the one before.
 * @throws Error for a damping ratio of 1, at which nothing vibrates
 */
export function impulseTrain(name: string, frequency: number, dampingRatio: number): ImpulseTrain {
  const { weights, periods } = FORMS.get(name)!;
  const damped = Math.sqrt(1 - dampingRatio ** 2);
  if (damped === 0) throw new Error("float division by zero");
  const period = 1 / (frequency * damped);
  const decay = (2 * Math.PI * dampingRatio) / damped;
  return {
    amplitudes: weights.map((weight, i) => weight * Math.exp(-decay * periods[i]!)),
    times: periods.map((t) => t * period),
  };
}

/**
 * The impulses as shares of the motion at other times: normalised, and moved so that motion at constant speed stays as it is.
 * An impulse at time t acts on the motion of t ago.
 */
export function shaperPulses({ amplitudes, times }: ImpulseTrain): ShaperPulse[] {
  const sum = amplitudes.reduce((total, amplitude) => total + amplitude, 0);
  const shares = amplitudes.map((amplitude) => amplitude / sum);
  const centre = shares.reduce((total, share, i) => total + share * times[i]!, 0);
  return shares.map((share, i) => ({ offset: centre - times[i]!, share })).reverse();
}
