/**
 * Steps of one direction that wait to be packed into rows, each with its own clock: for motion whose step times have no
 * closed form, and as the reference for motion that has one.
 */
import { HostError } from "../errors.js";
import { ClockRunSearch } from "./clock-run-search.js";
import { FAR_TICKS, type RowOutput } from "./row-output.js";

/** Window in which two opposite steps cancel each other, s. */
export const STEP_DIR_STEP_SECONDS = 0.00075;
/** More waiting steps than this are packed although no flush asked for it. */
const MAX_WAITING = 65535 + 2000;

/** Queue of step clocks in front of a RowOutput. */
export class ClockRun {
  /** Direction of the last step appended: 1 up, 0 down. */
  lastUp = 0;

  private readonly search = new ClockRunSearch();
  private clocks = new Float64Array(1024);
  private head = 0;
  private end = 0;
  /** The last step is kept apart until it is sure that the next one does not cancel it; -1 for none. */
  private pendingClock = -1;
  private maxErrorTicks = 0;
  private filterTicks = 0;

  private readonly output: RowOutput;

  constructor(output: RowOutput) {
    this.output = output;
  }

  setMcu(freq: number, maxErrorTicks: number): void {
    this.maxErrorTicks = maxErrorTicks;
    this.filterTicks = STEP_DIR_STEP_SECONDS * freq;
  }

  /** Appends a step; it and the pending one vanish if they are opposite and close together. */
  append(up: number, clock: number): void {
    if (this.pendingClock >= 0) {
      if (up !== this.lastUp && clock - this.pendingClock < this.filterTicks) {
        this.pendingClock = -1;
        this.lastUp = up;
        return;
      }
      this.commit();
    }
    this.pendingClock = clock;
    this.lastUp = up;
  }

  /** The stepper went on past the last step's full position: the step stays. */
  commit(): void {
    if (this.pendingClock < 0) return;
    if (!this.output.points(this.lastUp)) {
      this.pack(Infinity);
      this.output.turn(this.lastUp);
    }
    if (this.end === this.clocks.length) this.makeRoom();
    this.clocks[this.end++] = this.pendingClock;
    this.pendingClock = -1;
    if (this.end - this.head > MAX_WAITING) this.pack(this.clocks[this.end - 65535]!);
  }

  /** Packs rows until the last step sent is at or after `clock`, or all are sent. */
  flush(clock: number): void {
    if (this.pendingClock >= 0 && clock >= this.pendingClock) this.commit();
    this.pack(clock);
  }

  private pack(clock: number): void {
    const output = this.output;
    const search = this.search;
    while (this.head < this.end && output.lastStepClock < clock) {
      const ticks = this.clocks[this.head]! - output.lastStepClock;
      if (ticks < 0) throw new HostError("Internal error in stepcompress");
      if (ticks >= FAR_TICKS) {
        output.row(ticks, 1, 0);
        this.head++;
        continue;
      }
      search.search(this.clocks, this.head, this.end, output.lastStepClock, this.maxErrorTicks);
      output.row(search.interval, search.count, search.add);
      this.head += search.count;
    }
  }

  private makeRoom(): void {
    const used = this.end - this.head;
    const capacity = used * 2 > this.clocks.length ? this.clocks.length * 2 : this.clocks.length;
    const clocks = new Float64Array(capacity);
    clocks.set(this.clocks.subarray(this.head, this.end));
    this.clocks = clocks;
    this.head = 0;
    this.end = used;
  }
}
