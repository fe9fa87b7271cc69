/**
 * When samples were taken by a chip that measures at its own pace: a line of micro-controller clocks over the number of samples, through
 * observations (so many samples at that clock) with a memory that fades. What is handed out must not jump when the line moves: from the last
 * sample handed out, times run towards where the line will be some samples later.
 */

/** Weight of a new observation. */
const WEIGHT = 1 / 20;

/** Clock of a sample = clock + (its number − count) · ticksPerSample. */
export interface SampleLine {
  readonly count: number;
  readonly clock: number;
  readonly ticksPerSample: number;
}

const clockOn = (line: SampleLine, count: number): number => line.clock + (count - line.count) * line.ticksPerSample;

export class SampleClock {
  private readonly smoothing: number;
  private meanCount = 0;
  private meanClock = 0;
  private clockSpread = 0;
  private jointSpread = 0;
  /** Last sample handed out, and the clock that it was given. */
  private handed: { readonly count: number; readonly clock: number } | undefined;

  /** @param smoothing samples until times meet the line */
  constructor(smoothing: number) {
    this.smoothing = smoothing;
  }

  /** Begins anew with an observation. */
  restart(count: number, clock: number): void {
    this.meanCount = count;
    this.meanClock = clock;
    this.clockSpread = this.jointSpread = 0;
    this.handed = undefined;
  }

  observe(count: number, clock: number): void {
    const counts = count - this.meanCount, clocks = clock - this.meanClock;
    this.meanCount += WEIGHT * counts;
    this.meanClock += WEIGHT * clocks;
    this.clockSpread = (1 - WEIGHT) * (this.clockSpread + WEIGHT * clocks * clocks);
    this.jointSpread = (1 - WEIGHT) * (this.jointSpread + WEIGHT * clocks * counts);
  }

  /** The line by which the next samples get their times. Needs two observations with samples between them. */
  line(): SampleLine {
    const fitted = { count: this.meanCount, clock: this.meanClock, ticksPerSample: this.clockSpread / this.jointSpread };
    const { handed, smoothing } = this;
    // A handed count of 0 is none: nothing was measured then.
    if (handed === undefined || handed.count === 0) return fitted;
    return { ...handed, ticksPerSample: (clockOn(fitted, handed.count + smoothing) - handed.clock) / smoothing };
  }

  /** Samples up to `count` have been handed out by `line`. */
  handOut(count: number): void {
    this.handed = { count, clock: clockOn(this.line(), count) };
  }
}
