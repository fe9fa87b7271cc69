/**
 * A coordinate of the machine as a weighted sum of motor ways: one motor on a cartesian rail, two on a belt-coupled one. It
 * tells when it will cross a limit. With one motor that is the clock of one step; with several, the rows of steps cut time into
 * stretches on which every motor turns one way, and bounds on each stretch say whether it needs a closer look.
 */
import { NEVER_CLOCK } from "../firmware/clock.js";
import type { PlantAttachment } from "../firmware/gpio.js";
import { stepOffset, stepsWithin } from "../firmware/step-rows.js";
import type { Motor } from "./motor.js";

/** Share of a motor's way in a coordinate. */
export interface Term {
  readonly motor: Motor;
  readonly factor: number;
}

/** Distances below this are none: steps are thousands of times longer. */
const EPSILON_MM = 1e-9;

export class Coordinate {
  readonly terms: readonly Term[];
  /** Value while no motor has moved, mm. */
  startMm: number;

  constructor(terms: readonly Term[], startMm: number) {
    this.terms = terms;
    this.startMm = startMm;
  }

  /** Value at a clock of `mcu` (not before its present), mm. */
  valueAt(clock: number, mcu: PlantAttachment): number {
    let value = this.startMm;
    for (const { motor, factor } of this.terms) value += factor * motor.mmAt(motorClock(motor, mcu, clock));
    return value;
  }

  /** Value at a world time not before the present, mm. */
  valueAtTime(worldTime: number): number {
    let value = this.startMm;
    for (const { motor, factor } of this.terms) value += factor * motor.mmAt(motor.mcu?.clockAt(worldTime) ?? 0);
    return value;
  }

  /** As `valueAtTime`, where the rotors of the motors are. */
  rotorValueAtTime(worldTime: number): number {
    let value = this.startMm;
    for (const { motor, factor } of this.terms) value += factor * motor.rotorMmAt(motor.mcu?.clockAt(worldTime) ?? 0);
    return value;
  }

  /**
   * First clock of `mcu` after `clock` at which the coordinate is on the other side of `limitMm` than at `clock`, as far as steps are queued.
   * @param positive the far side lies at and above the limit; else at and below it
   */
  nextCrossing(limitMm: number, positive: boolean, clock: number, mcu: PlantAttachment): number {
    const beyond = (value: number): boolean => isBeyond(value, limitMm, positive);
    const [only] = this.terms;
    if (this.terms.length === 1 && only !== undefined) return this.crossingOfOne(only, beyond, positive, limitMm, clock, mcu);
    return crossingOfMany(this.terms, this.startMm, beyond, clock, mcu);
  }

  private crossingOfOne(term: Term, beyond: (value: number) => boolean, positive: boolean, limitMm: number, clock: number, mcu: PlantAttachment): number {
    const { motor, factor } = term;
    const { source } = motor;
    const perStep = factor * motor.mmPerStep;
    if (source === undefined || perStep === 0) return NEVER_CLOCK;
    const origin = this.startMm + factor * motor.originMm;
    // `way` counts steps towards the far side; the first one beyond is found around the exact quotient.
    const sign = perStep > 0 === positive ? 1 : -1;
    let way = Math.floor(((limitMm - origin) / perStep) * sign) - 1;
    while (!beyond(origin + perStep * sign * way)) way++;
    const at = motorClock(motor, mcu, clock);
    const inside = beyond(origin + perStep * source.positionAt(at));
    const crossing = source.clockOfPosition(sign * (inside ? way - 1 : way), at);
    return ownClock(motor, mcu, crossing, clock);
  }
}

/** Whether a value lies on the far side of a limit, the limit included. */
export function isBeyond(value: number, limitMm: number, positive: boolean): boolean {
  return positive ? value >= limitMm - EPSILON_MM : value <= limitMm + EPSILON_MM;
}

/** Clock of the motor's controller when `mcu` has `clock`. */
function motorClock(motor: Motor, mcu: PlantAttachment, clock: number): number {
  return motor.mcu === undefined || motor.mcu === mcu ? clock : motor.mcu.clockAt(mcu.worldTimeAt(clock));
}

/** Clock of `mcu`, after `clock`, at which the motor's controller has reached `crossing`. */
function ownClock(motor: Motor, mcu: PlantAttachment, crossing: number, clock: number): number {
  if (crossing === NEVER_CLOCK || motor.mcu === undefined || motor.mcu === mcu) return crossing;
  return Math.max(clock + 1, mcu.clockAt(motor.mcu.worldTimeAt(crossing)) + 1);
}

/** The queued steps of one motor, as columns in the clock of the asking controller. */
export class Track {
  readonly factor: number;
  /** Clocks at which rows begin and end: between two of them the motor turns one way or rests. */
  readonly edges: number[] = [];
  private readonly toMotor: (clock: number) => number;
  private readonly mm: number;
  private readonly origin: number;
  private readonly firsts: number[] = [];
  private readonly intervals: number[] = [];
  private readonly adds: number[] = [];
  private readonly counts: number[] = [];
  private readonly signs: number[] = [];
  /** Position before each row. */
  private readonly before: number[] = [];
  private end = 0;

  constructor({ motor, factor }: Term, clock: number, mcu: PlantAttachment) {
    this.factor = factor;
    this.mm = motor.mmPerStep;
    this.origin = motor.originMm;
    this.toMotor = (at) => motorClock(motor, mcu, at);
    const { source } = motor;
    if (source === undefined) return;
    const own = this.toMotor(clock);
    this.end = source.positionAt(own);
    source.eachRow(own, (first, interval, add, count, dir) => {
      const sign = dir ? 1 : -1;
      if (first <= own) this.end -= sign * stepsWithin(own - first, interval, add, count);
      this.firsts.push(first);
      this.intervals.push(interval);
      this.adds.push(add);
      this.counts.push(count);
      this.signs.push(sign);
      this.before.push(this.end);
      this.end += sign * count;
      const last = first + stepOffset(count - 1, interval, add);
      this.edges.push(ownClock(motor, mcu, first, clock), ownClock(motor, mcu, last, clock));
    });
  }

  /** Share of the coordinate at a clock, mm. */
  valueAt(clock: number): number {
    const at = this.toMotor(clock);
    let low = 0, high = this.firsts.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.firsts[mid]! <= at) low = mid + 1;
      else high = mid;
    }
    const i = low - 1;
    const position = i < 0
      ? this.before[0] ?? this.end
      : this.before[i]! + this.signs[i]! * stepsWithin(at - this.firsts[i]!, this.intervals[i]!, this.adds[i]!, this.counts[i]!);
    return this.factor * (this.origin + this.mm * position);
  }
}

function crossingOfMany(terms: readonly Term[], startMm: number, beyond: (value: number) => boolean, clock: number, mcu: PlantAttachment): number {
  const tracks = terms.map((term) => new Track(term, clock, mcu));
  const edges = [...new Set(tracks.flatMap((track) => track.edges))].filter((edge) => edge > clock).sort((a, b) => a - b);
  const valuesAt = (at: number): number[] => tracks.map((track) => track.valueAt(at));
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, startMm);
  const side = beyond(total(valuesAt(clock)));

  /** First clock in (from, to] on the other side, every share being monotonic in between. */
  const search = (from: number, to: number, lower: readonly number[], upper: readonly number[]): number => {
    let least = startMm, most = startMm;
    for (let i = 0; i < lower.length; i++) {
      least += Math.min(lower[i]!, upper[i]!);
      most += Math.max(lower[i]!, upper[i]!);
    }
    if (beyond(least) === side && beyond(most) === side) return NEVER_CLOCK;
    if (to - from <= 1) return beyond(total(upper)) === side ? NEVER_CLOCK : to;
    const middle = Math.floor((from + to) / 2);
    const values = valuesAt(middle);
    const early = search(from, middle, lower, values);
    return early === NEVER_CLOCK ? search(middle, to, values, upper) : early;
  };

  let from = clock, lower = valuesAt(clock);
  for (const to of edges) {
    const upper = valuesAt(to);
    const found = search(from, to, lower, upper);
    if (found !== NEVER_CLOCK) return found;
    from = to;
    lower = upper;
  }
  return NEVER_CLOCK;
}
