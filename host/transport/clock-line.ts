/**
 * A micro-controller's clock as a straight line over the host's time: two values that cannot change, and what can
 * be read from them. Times in s, clocks in ticks, not rounded.
 */

/** Goes through (`time`, `clock`) with `freq` ticks per second. */
export class ClockLine {
  readonly time: number;
  readonly clock: number;
  readonly freq: number;

  constructor(time: number, clock: number, freq: number) {
    this.time = time;
    this.clock = clock;
    this.freq = freq;
  }

  clockAt(time: number): number {
    return this.clock + (time - this.time) * this.freq;
  }

  timeAt(clock: number): number {
    return this.time + (clock - this.clock) / this.freq;
  }

  /** The same clocks `seconds` later. */
  delayed(seconds: number): ClockLine {
    return new ClockLine(this.time + seconds, this.clock, this.freq);
  }
}

/** How print times (s) become clocks: clock = (printTime - offset) · freq. */
export class PrintTimeScale {
  readonly offset: number;
  readonly freq: number;

  constructor(offset: number, freq: number) {
    this.offset = offset;
    this.freq = freq;
  }

  /** The scale on which two print times have the given clocks. */
  static through(printTime1: number, clock1: number, printTime2: number, clock2: number): PrintTimeScale {
    const freq = (clock2 - clock1) / (printTime2 - printTime1);
    return new PrintTimeScale(printTime1 - clock1 / freq, freq);
  }

  /** Cut to a whole tick. */
  toClock(printTime: number): number {
    return Math.trunc((printTime - this.offset) * this.freq);
  }

  toPrintTime(clock: number): number {
    return clock / this.freq + this.offset;
  }
}
