/**
 * Independent reading of what a stepper was told: expands rows into single steps by the MCU's own rule (integers only),
 * and follows dir and reset commands.
 */
import { ROW_QUEUE_STEP, ROW_SET_NEXT_STEP_DIR, type StepRowFifo } from "../step-row-fifo.js";

export interface EmittedSteps {
  /** Clock of every step. */
  clocks: number[];
  /** Value of the dir pin at every step. */
  dirs: number[];
  /** Clock of the step before the row, for the first step of a row; -1 for the other steps. */
  rowStarts: number[];
  rows: number;
}

export function newEmittedSteps(): EmittedSteps {
  return { clocks: [], dirs: [], rowStarts: [], rows: 0 };
}

/** Empties the queue into `steps`, checking what must hold of every row. */
export class RowReader {
  readonly steps = newEmittedSteps();
  private clock = 0;
  private dir = -1;

  drain(fifo: StepRowFifo): void {
    for (; fifo.length > 0; fifo.shift()) {
      if (fifo.headKind() === ROW_QUEUE_STEP) this.row(fifo);
      else if (fifo.headKind() === ROW_SET_NEXT_STEP_DIR) this.dir = fifo.headInterval();
      else this.clock = fifo.headInterval();
    }
  }

  private row(fifo: StepRowFifo): void {
    const count = fifo.headCount();
    const add = fifo.headAdd();
    let interval = fifo.headInterval();
    const far = fifo.headReqClock() !== fifo.headMinClock();
    if (far) {
      if (count !== 1 || add !== 0) throw new Error("a far row must be a lone step");
      const clock = fifo.headReqClock();
      if ((clock - this.clock) % 2 ** 32 !== interval) throw new Error("a far row's interval must be the distance modulo 2^32");
      interval = clock - this.clock;
    }
    if (fifo.headMinClock() !== this.clock) throw new Error(`row's slot frees at ${fifo.headMinClock()}, last step was at ${this.clock}`);
    if (!Number.isInteger(interval) || !Number.isInteger(add) || count < 1) throw new Error("not integers");
    this.steps.rows++;
    for (let i = 0; i < count; i++) {
      if (interval < 0 || (interval >= 2 ** 31 && !far)) throw new Error(`interval ${interval} out of range`);
      this.steps.rowStarts.push(i === 0 ? this.clock : -1);
      this.clock += interval;
      interval += add;
      this.steps.clocks.push(this.clock);
      this.steps.dirs.push(this.dir);
    }
  }
}
