/**
 * A pin that firmware polls on a grid of clocks (buttons, counters): polls that can see nothing new are stepped over to the
 * first one after the next foreseen change, so an input at rest costs nothing.
 */
import { NEVER_CLOCK } from "./clock.js";
import { FirmwareTimer, type FirmwareContext } from "./feature.js";

export class PollGrid {
  private readonly ctx: FirmwareContext;
  private readonly timer: FirmwareTimer;
  private readonly poll: (clock: number) => number;
  private pins: readonly number[] = [];
  private period = 0;
  /** Clock of the last poll that was taken. */
  private last = 0;
  private unwatch: (() => void)[] = [];

  /** @param poll reads the pins at a clock; returns the clock until which, at the latest, the next poll is due (0: the next one) */
  constructor(ctx: FirmwareContext, poll: (clock: number) => number) {
    this.ctx = ctx;
    this.poll = poll;
    this.timer = new FirmwareTimer((timer) => this.run(timer));
  }

  /** Polls `pins` at `clock` and every `period` ticks. @throws shutdown "Timer too close" */
  start(clock: number, period: number, pins: readonly number[]): void {
    this.stop();
    this.period = Math.max(1, period);
    this.pins = pins;
    this.last = clock - this.period;
    this.timer.waketime = clock;
    this.ctx.addTimer(this.timer);
    this.unwatch = [...new Set(pins)].map((pin) => this.ctx.gpio.watch(pin, () => this.forecastChanged()));
  }

  stop(): void {
    this.ctx.delTimer(this.timer);
    for (const end of this.unwatch) end();
    this.unwatch = [];
  }

  private run(timer: FirmwareTimer): boolean {
    const clock = timer.waketime;
    this.last = clock;
    const due = this.poll(clock);
    timer.waketime = this.nextPoll(clock, due);
    return timer.waketime !== NEVER_CLOCK;
  }

  /** First poll after `clock` that sees a change, or that is due anyway. */
  private nextPoll(clock: number, due: number): number {
    let until = due;
    for (const pin of this.pins) until = Math.min(until, this.ctx.gpio.nextChange(pin, clock));
    return until === NEVER_CLOCK ? NEVER_CLOCK : this.gridFrom(until);
  }

  /** First clock of the grid after the last poll and not before `clock`. */
  private gridFrom(clock: number): number {
    return this.last + Math.max(1, Math.ceil((clock - this.last) / this.period)) * this.period;
  }

  private forecastChanged(): void {
    const next = this.gridFrom(this.ctx.now);
    if (this.timer.heapIndex >= 0 && this.timer.waketime <= next) return;
    this.ctx.delTimer(this.timer);
    // Every poll that was stepped over saw what the last one saw.
    this.timer.waketime = next;
    this.ctx.addTimer(this.timer);
  }
}
