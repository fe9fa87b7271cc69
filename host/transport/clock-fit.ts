/**
 * The line through the samples of a clock, with a memory that fades: each new sample has weight 1/30, so drift of
 * temperature is followed within half a minute, and single late samples hardly matter.
 *
 * It keeps four weighted moments: the means of time and clock, the variance of time and the covariance of both.
 * Their quotient is the slope. A fifth one, the mean square of the errors of prediction, says which errors are usual:
 *
 *   usual   up to 5 standard deviations, or 0.5 ms             goes into the line
 *   late    the clock was read later than the host thinks,      not used, for 10 s after the last usual one
 *           because the host or the line were busy
 *   jump    the clock really is somewhere else                  goes into the line; all errors are usual again
 *
 * Times in s, clocks in ticks.
 */
import { ClockLine } from "./clock-line.js";

const WEIGHT = 1 / 30;
const USUAL_DEVIATIONS = 5;
const USUAL_SECONDS = 0.0005;
const LATE_PATIENCE_SECONDS = 10;
/** Standard deviation (s) that is assumed at first and after a jump. */
const FIRST_DEVIATION_SECONDS = 0.001;

/** How a sample compares with what was expected. */
export interface SampleVerdict {
  readonly kind: "usual" | "late" | "jump";
  /** Ticks that the clock is ahead of the line. */
  readonly error: number;
  /** Mean square error before this sample, ticks². */
  readonly errorSquare: number;
}

/** Fades a moment and adds a sample to it. */
function blend(moment: number, sample: number): number {
  return (1 - WEIGHT) * (moment + sample * WEIGHT);
}

export class ClockFit {
  /** The line as far as the samples go; slope is the nominal frequency until there are two. */
  line = new ClockLine(0, 0, 0);
  timeVariance = 0;
  covariance = 0;
  /** Mean square error of prediction, ticks². */
  errorSquare = 0;
  private nominalFreq = 0;
  private lastUsual = -Infinity;

  /** Begins at a sample, again after a reconnect: the variances stay, they say how samples are spaced. */
  start(time: number, clock: number, nominalFreq: number): void {
    this.nominalFreq = nominalFreq;
    this.line = new ClockLine(time, clock, nominalFreq);
    this.errorSquare = this.firstErrorSquare();
  }

  /** Standard deviation of the errors of prediction, ticks. */
  get deviation(): number {
    return Math.sqrt(this.errorSquare);
  }

  /** Takes whatever comes next for a jump rather than for late. */
  trustNext(): void {
    this.lastUsual = -Infinity;
  }

  /** Judges a sample and, unless it is late, moves the line. */
  add(time: number, clock: number): SampleVerdict {
    const verdict = this.judge(time, clock);
    if (verdict.kind === "late") return verdict;
    if (verdict.kind === "jump") this.errorSquare = this.firstErrorSquare();
    else {
      this.lastUsual = time;
      this.errorSquare = blend(this.errorSquare, verdict.error ** 2);
    }
    const sinceMean = time - this.line.time;
    const overMean = clock - this.line.clock;
    this.timeVariance = blend(this.timeVariance, sinceMean ** 2);
    this.covariance = blend(this.covariance, sinceMean * overMean);
    this.line = new ClockLine(
      this.line.time + WEIGHT * sinceMean, this.line.clock + WEIGHT * overMean, this.covariance / this.timeVariance,
    );
    return verdict;
  }

  private judge(time: number, clock: number): SampleVerdict {
    const error = clock - this.line.clockAt(time);
    const { errorSquare } = this;
    const limitSquare = Math.max(USUAL_DEVIATIONS ** 2 * errorSquare, (USUAL_SECONDS * this.nominalFreq) ** 2);
    const isLate = error > 0 && time < this.lastUsual + LATE_PATIENCE_SECONDS;
    return { kind: error ** 2 <= limitSquare ? "usual" : isLate ? "late" : "jump", error, errorSquare };
  }

  private firstErrorSquare(): number {
    return (FIRST_DEVIATION_SECONDS * this.nominalFreq) ** 2;
  }
}
