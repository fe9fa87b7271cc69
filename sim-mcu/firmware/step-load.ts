/**
 * Whether the board can do the steps it is asked for. Each step event costs processor time as published step rate benchmarks
 * measured it (less when one stepper moves alone); what exceeds the time there is piles up, and when steps are later than the family
 * tolerates, the MCU shuts down as it would. The count is in closed form over slices of time, and taken only
 * while the queued rows could come near the limit, so an ordinary print pays one comparison per row.
 */
import { FirmwareTimer, type FirmwareContext } from "./feature.js";
import type { Stepper } from "./stepper.js";

/** Share of the processor that queued steps may ask for before slices are counted. */
const WATCH_SHARE = 0.8;
const SLICE_US = 250;
/** Slices between two looks at whether counting is still needed. */
const REVIEW_SLICES = 64;

export class StepLoad {
  /** Processor time in ticks by which steps are behind. */
  backlog = 0;
  private sliceStart = 0;
  private slices = 0;
  private readonly steppers: Stepper[] = [];
  private readonly doneBefore: number[] = [];
  private readonly timer: FirmwareTimer;
  private readonly ctx: FirmwareContext;

  constructor(ctx: FirmwareContext) {
    this.ctx = ctx;
    this.timer = new FirmwareTimer((timer) => this.countSlice(timer));
  }

  add(stepper: Stepper): void {
    this.steppers.push(stepper);
    this.doneBefore.push(0);
  }

  /** A row was queued: start to count when the processor might not do. */
  rowQueued(): void {
    if (this.timer.heapIndex >= 0 || this.peakShare() <= WATCH_SHARE) return;
    const { ctx } = this;
    this.sliceStart = ctx.now;
    for (let i = 0; i < this.steppers.length; i++) this.doneBefore[i] = this.steppers[i]!.stepsDoneAt(ctx.now);
    this.timer.waketime = ctx.now + ctx.ticksFromUs(SLICE_US);
    ctx.addTimer(this.timer);
  }

  stop(): void {
    this.ctx.delTimer(this.timer);
    this.backlog = 0;
  }

  /** Share of the processor at the highest rates that are queued. */
  private peakShare(): number {
    let rates = 0;
    let moving = 0;
    for (const stepper of this.steppers) {
      if (stepper.peakRate === 0) continue;
      rates += stepper.peakRate;
      moving++;
    }
    return rates * this.ctx.board.stepCost[moving > 1 ? 1 : 0];
  }

  private countSlice(timer: FirmwareTimer): boolean {
    const clock = timer.waketime;
    let steps = 0;
    let moving = 0;
    let active = false;
    for (let i = 0; i < this.steppers.length; i++) {
      const stepper = this.steppers[i]!;
      const done = stepper.stepsDoneAt(clock);
      if (done > this.doneBefore[i]!) moving++;
      steps += done - this.doneBefore[i]!;
      this.doneBefore[i] = done;
      if (stepper.isActive()) active = true;
    }
    const slice = clock - this.sliceStart;
    this.sliceStart = clock;
    this.backlog = Math.max(0, this.backlog + steps * this.ctx.board.stepCost[moving > 1 ? 1 : 0] - slice);
    if (this.backlog > this.ctx.ticksFromUs(this.ctx.board.timerLateUs)) this.ctx.tryShutdown("Rescheduled timer in the past");
    if (this.backlog === 0 && (!active || ++this.slices % REVIEW_SLICES === 0)) {
      for (const stepper of this.steppers) stepper.reviewPeakRate();
      if (this.peakShare() <= WATCH_SHARE) return false;
    }
    timer.waketime += this.ctx.ticksFromUs(SLICE_US);
    return true;
  }
}

/** The load account of one MCU. */
export function stepLoad(ctx: FirmwareContext): StepLoad {
  return ctx.featureState("step-load", () => new StepLoad(ctx));
}
