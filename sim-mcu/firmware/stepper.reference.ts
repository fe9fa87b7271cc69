/**
 * The slow, obvious twin of the stepper: runs the firmware's timer events one by one, step and unstep edges included, and notes every
 * step. It takes rows of the same kind and must come to the same steps, positions and frees.
 */
import type { StepPath } from "./stepper.js";

export interface ReferenceRow {
  interval: number;
  count: number;
  add: number;
  dir: 0 | 1;
}

export class ReferenceStepper {
  readonly steps: { clock: number; dir: 0 | 1 }[] = [];
  /** Clocks at which rows were loaded, and so their nodes freed. */
  readonly loads: number[] = [];
  error: { clock: number; reason: string } | undefined;
  position = 0;
  /** Clock of the last event run. */
  now = 0;
  private count = 0;
  private interval = 0;
  private add = 0;
  private nextStepTime = 0;
  private waketime = 0;
  private dir: 0 | 1 = 0;
  private stepHigh = false;
  private readonly queue: ReferenceRow[] = [];
  private readonly path: StepPath;
  private readonly pulseTicks: number;
  private readonly tooFarTicks: number;

  /** @param tooFarTicks 1000 us in ticks */
  constructor(path: StepPath, pulseTicks: number, tooFarTicks: number) {
    this.path = path;
    this.pulseTicks = pulseTicks;
    this.tooFarTicks = tooFarTicks;
  }

  get active(): boolean { return this.count > 0; }

  /** Sets the clock that the next row of an idle stepper counts from. */
  resetClock(clock: number): void { this.nextStepTime = this.waketime = clock; }

  push(row: ReferenceRow, clock: number): void {
    this.runUntil(clock);
    this.queue.push(row);
    if (this.count === 0) this.load(false, clock);
  }

  /** Runs the events due by `clock`. */
  runUntil(clock: number): void {
    while (this.count > 0 && this.waketime <= clock && this.error === undefined) {
      this.now = this.waketime;
      this.event();
    }
    this.now = clock;
  }

  private event(): void {
    const single = this.path !== "full";
    if (single || !this.stepHigh) {
      this.steps.push({ clock: this.now, dir: this.dir });
      this.position += this.dir ? 1 : -1;
    }
    this.stepHigh = !this.stepHigh;
    this.count--;
    if (this.path === "edge" || this.path === "avr") {
      if (this.count > 0) {
        this.waketime += this.interval;
        this.interval += this.add;
      } else {
        this.load(true, this.now);
      }
      return;
    }
    const earliest = this.now + this.pulseTicks;
    if (!single && this.stepHigh) {
      this.waketime = earliest;
      return;
    }
    if (this.count > 0) {
      this.nextStepTime += this.interval;
      this.interval += this.add;
      this.waketime = Math.max(this.nextStepTime, earliest);
      return;
    }
    this.waketime = earliest;
    this.load(true, this.now);
  }

  private load(wasActive: boolean, clock: number): void {
    const row = this.queue.shift();
    if (row === undefined) {
      this.count = 0;
      return;
    }
    this.loads.push(clock);
    const turn = row.dir !== this.dir;
    this.dir = row.dir;
    this.add = row.add;
    this.interval = row.interval + row.add;
    if (this.path === "edge" || this.path === "avr") {
      this.waketime += row.interval;
      this.count = row.count;
      return;
    }
    let earliest = this.waketime;
    this.nextStepTime += row.interval;
    this.waketime = this.nextStepTime;
    this.count = this.path === "single" ? row.count : 2 * row.count;
    if (!wasActive) return;
    if (this.nextStepTime < earliest) {
      if (this.nextStepTime - earliest < -this.tooFarTicks) {
        this.error = { clock, reason: "Stepper too far in past" };
        return;
      }
      this.waketime = earliest;
    }
    if (turn) {
      const after = this.path === "single" ? earliest : clock;
      earliest = after + this.pulseTicks;
      this.waketime = Math.max(this.waketime, earliest);
    }
  }
}
