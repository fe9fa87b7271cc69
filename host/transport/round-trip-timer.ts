/**
 * How long to wait for an acknowledge: RFC 6298 with its smoothing of 1/8 and 1/4, a cautious first value and
 * bounds that suit a serial line. One block at a time is measured, and none across a repeat (Karn's rule: its
 * acknowledge could belong to either copy). Seconds throughout.
 */

const MIN_TIMEOUT_SECONDS = 0.025;
const MAX_TIMEOUT_SECONDS = 5;
/** Least part of the timeout that accounts for variation. */
const MIN_VARIATION_SECONDS = 0.001;
const FIRST_SMOOTHED_FACTOR = 10;

/** Round trip estimate and the timeout that follows from it. */
export class RoundTripTimer {
  /** Smoothed round trip; 0 before the first measurement. */
  smoothed = 0;
  variation = 0;
  timeout = MIN_TIMEOUT_SECONDS;
  private measured: number | undefined;

  /** The block of this sequence leaves; it is measured unless another one is. */
  begin(sequence: number): void {
    this.measured ??= sequence;
  }

  /** All before `sequence` arrived, the last of them `seconds` after it had left. */
  finish(sequence: number, seconds: number): void {
    if (this.measured === undefined || sequence <= this.measured) return;
    this.measured = undefined;
    this.take(seconds);
  }

  /** Blocks were repeated: what is being measured is worth nothing. */
  abandon(): void {
    this.measured = undefined;
  }

  /** Nothing came in time: waits twice as long from now on. */
  backOff(): void {
    this.timeout = Math.min(2 * this.timeout, MAX_TIMEOUT_SECONDS);
  }

  private take(seconds: number): void {
    if (this.smoothed === 0) {
      this.variation = seconds / 2;
      this.smoothed = seconds * FIRST_SMOOTHED_FACTOR;
    } else {
      this.variation = (3 * this.variation + Math.abs(this.smoothed - seconds)) / 4;
      this.smoothed = (7 * this.smoothed + seconds) / 8;
    }
    const wanted = this.smoothed + Math.max(MIN_VARIATION_SECONDS, 4 * this.variation);
    this.timeout = Math.max(MIN_TIMEOUT_SECONDS, Math.min(wanted, MAX_TIMEOUT_SECONDS));
  }
}
