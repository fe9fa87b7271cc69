/**
 * Steps that no queue_step can say: Kalico's compressor refuses them and the printer shuts down. It happens where a motor would have
 * to make several steps in one tick, as the bed of a polar printer when a line leads through its centre, or where a step lies before
 * one that was already packed.
 */
import { HostError } from "../errors.js";

/** Kalico's words of it go to the log; what the user sees tells only where it was found. */
export class StepSequenceError extends HostError {
  override name = "StepSequenceError";

  /** @param interval ticks from the last step packed @param count steps @param add ticks by which the interval grows */
  constructor(oid: number, interval: number, count: number, add: number) {
    super(`stepcompress o=${oid} i=${interval} c=${count} a=${add}: Invalid sequence`);
  }

  /** The line of the log: Kalico writes what its C code says as Python writes bytes. */
  get logLine(): string {
    return `b'${this.message}'`;
  }
}
