/**
 * When everything unacknowledged goes out again: at once when the MCU complains, else when the timeout passes.
 *
 * One damaged block makes the MCU complain of each block behind it. So a complaint is heeded once: those of the
 * same place are echoes. When the repeat itself gets damaged there is one more complaint at the same place,
 * which is heeded too; after that only progress or the timeout counts. After a timeout, complaints of anything
 * sent so far are echoes of the repeat.
 */
import { NEVER, NOW } from "../reactor/parker.js";

/** Why blocks are repeated. */
export type ResendCause = "nak" | "timeout";

/** Decides on repeats; times in s, sequences as AckWindow counts them. */
export class ResendPolicy {
  private timeoutAt = NEVER;
  private isAsked = false;
  /** Complaints up to this sequence are echoes. */
  private deafUpTo = 0;
  /** Blocks before this sequence went out more than once. */
  repeatedBefore = 0;

  /** When something is to be repeated (s). */
  get wake(): number {
    return this.isAsked ? NOW : this.timeoutAt;
  }

  /** Waits until this time for an acknowledge; a complaint not yet heeded is void. */
  arm(time: number): void {
    this.isAsked = false;
    this.timeoutAt = time;
  }

  /** Nothing is on its way. */
  disarm(): void {
    this.arm(NEVER);
  }

  /** The MCU complains: it still waits for the block `sequence`. */
  complain(sequence: number): void {
    if (sequence > this.deafUpTo) this.isAsked = true;
  }

  /** Whether to repeat now, and why. */
  due(now: number): ResendCause | undefined {
    if (this.isAsked) return "nak";
    return now >= this.timeoutAt ? "timeout" : undefined;
  }

  /** All blocks from `acked` to before `next` were repeated. */
  noteRepeat(cause: ResendCause, acked: number, next: number): void {
    if (cause === "timeout") this.deafUpTo = next;
    else this.deafUpTo = acked < this.repeatedBefore ? this.repeatedBefore : acked;
    this.repeatedBefore = next;
  }

  /** Whether it is certain which copy an answer with this sequence answers. */
  isUnambiguous(sequence: number): boolean {
    return sequence > this.repeatedBefore;
  }
}
