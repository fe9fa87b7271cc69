/**
 * What the firmware tells of its progress, made out: so many samples at that clock. Its counters have 16 bits and wrap; an answer that took
 * unusually long says little about when it was true and is passed over, but what is always slow is taken as it is.
 */

/** Half a sample for a question that comes in between two, half for the chip's own delay. */
const COUNT_OFFSET = 1;
/** Ticks that no answer takes. */
const ANY_TICKS = 2 ** 31;

/** The number that has the low 16 bits `low` and is at most 65535 above `reference`. */
const sinceThen = (reference: number, low: number): number => reference + ((low - reference) & 0xffff);
/** The number nearest to `reference` that has the low 16 bits `low`. */
const nearest = (reference: number, low: number): number => reference + (((low - reference) << 16) >> 16);

/** An answer of the firmware. */
export interface BulkState {
  /** Clock (64 bit) before the chip was asked, and ticks until it had answered. */
  readonly clock: number;
  readonly queryTicks: number;
  /** Low 16 bits of the number of the message that comes next, and of the lost samples' count. */
  readonly nextSequence: number;
  readonly overflows: number;
  /** Bytes that wait for it, in the firmware and in the chip. */
  readonly buffered: number;
}

/** The chip has had `count` samples by `clock`. */
export interface Observation {
  readonly count: number;
  readonly clock: number;
}

export class BulkProgress {
  overflows = 0;
  private readonly sampleBytes: number;
  private readonly perMessage: number;
  /** Answers so quick, ticks, are never passed over for long. */
  private readonly quickTicks: number;
  private sequence = 0;
  private greatestTicks = ANY_TICKS;

  constructor(sampleBytes: number, perMessage: number, quickTicks: number) {
    this.sampleBytes = sampleBytes;
    this.perMessage = perMessage;
    this.quickTicks = quickTicks;
  }

  /** The firmware counts from 0 again. Returns the first observation, whatever it took. */
  restart(state: BulkState): Observation {
    this.sequence = this.overflows = 0;
    this.greatestTicks = ANY_TICKS;
    const first = this.observe(state)!;
    // The next one is taken as it is as well: by one alone nobody knows what is usual.
    this.greatestTicks = ANY_TICKS;
    return first;
  }

  /** Counters go on; undefined: too slow to tell anything. */
  observe({ clock, queryTicks, nextSequence, buffered, overflows }: BulkState): Observation | undefined {
    this.sequence = sinceThen(this.sequence, nextSequence);
    this.overflows = sinceThen(this.overflows, overflows);
    const isSlow = queryTicks > this.greatestTicks;
    this.greatestTicks = isSlow ? Math.max(2 * this.greatestTicks, this.quickTicks) : 2 * queryTicks;
    if (isSlow) return undefined;
    return { count: this.sequence * this.perMessage + Math.floor(buffered / this.sampleBytes) + COUNT_OFFSET, clock: clock + Math.floor(queryTicks / 2) };
  }

  /** Number of the first sample of a message that came about now. @param sequence low 16 bits of its number */
  firstSampleOf(sequence: number): number {
    return nearest(this.sequence, sequence) * this.perMessage;
  }
}
