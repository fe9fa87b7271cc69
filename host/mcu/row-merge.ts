/**
 * Which of several row queues goes next: the one whose oldest row has the smallest request clock, the first of them among equals.
 * Taking a row changes the head of one queue only. So the request clocks of all heads are kept in a column, which is
 * short (one entry per stepper) and looked through for its minimum.
 */
import type { StepRowFifo } from "../steps/step-row-fifo.js";

/** Nobody. */
export const NO_QUEUE = -1;

export class RowMerge {
  private readonly fifos: readonly StepRowFifo[];
  /** Request clock of the oldest row of each queue; Infinity when empty. */
  private readonly heads: Float64Array;

  constructor(fifos: readonly StepRowFifo[]) {
    this.fifos = fifos;
    this.heads = new Float64Array(fifos.length);
  }

  /** Place of the queue that goes first, after rows were added to any of them. NO_QUEUE: all are empty. */
  first(): number {
    for (let at = 0; at < this.heads.length; at++) this.heads[at] = this.fifos[at]!.headReqClock();
    return this.earliest();
  }

  /** Place of the queue that goes next, after rows were taken from queue `last` alone. */
  after(last: number): number {
    this.heads[last] = this.fifos[last]!.headReqClock();
    return this.earliest();
  }

  private earliest(): number {
    const { heads } = this;
    let place = NO_QUEUE;
    let clock = Infinity;
    for (let at = 0; at < heads.length; at++) {
      if (heads[at]! < clock) clock = heads[(place = at)]!;
    }
    return place;
  }
}
