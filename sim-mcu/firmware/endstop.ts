/**
 * Endstop sampling in closed form: while the pin does not match, the grid of samples is stepped over to the first sample that
 * will, as the pin's source foretells it; only the few confirming samples of a match run one by one. When the forecast
 * changes (steps were queued, a switch was moved by hand) the search starts again from the present.
 */
import { clock32Of, NEVER_CLOCK } from "./clock.js";
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature, type TrsyncHandle } from "./feature.js";

/** Level changes looked through in one search; a pin that chatters on is looked at again at the last one. */
const MAX_CHANGES = 256;

class Endstop {
  homing = false;
  /** Clock right after the rest period of the last matching sample: first matching sample + rest_ticks. */
  nextWake = 0;
  private wanted = 0;
  private sampleTicks = 0;
  private sampleCount = 0;
  private restTicks = 0;
  private remaining = 0;
  private oversampling = false;
  /** A clock of the sampling grid, not after the next sample. */
  private grid = 0;
  private trsync: TrsyncHandle | undefined;
  private reason = 0;
  private unwatch: (() => void) | undefined;
  private readonly timer: FirmwareTimer;
  private readonly ctx: FirmwareContext;
  readonly pin: number;

  constructor(pin: number, ctx: FirmwareContext) {
    this.pin = pin;
    this.ctx = ctx;
    this.timer = new FirmwareTimer((timer) => this.sample(timer));
  }

  home(clock: number, sampleTicks: number, sampleCount: number, restTicks: number, pinValue: number, trsyncOid: number, reason: number): void {
    this.stop();
    this.sampleTicks = sampleTicks;
    this.sampleCount = sampleCount;
    if (sampleCount === 0) {
      this.homing = false;
      this.trsync = undefined;
      return;
    }
    this.restTicks = restTicks;
    this.remaining = sampleCount;
    this.oversampling = false;
    this.wanted = pinValue ? 1 : 0;
    this.homing = true;
    this.trsync = this.ctx.trsync(trsyncOid);
    this.reason = reason;
    this.grid = this.timer.waketime = clock;
    this.ctx.addTimer(this.timer);
    this.unwatch = this.ctx.gpio.watch(this.pin, () => this.forecastChanged());
  }

  /** Ends sampling; what was learnt stays readable. */
  stop(): void {
    this.ctx.delTimer(this.timer);
    this.unwatch?.();
    this.unwatch = undefined;
  }

  private sample(timer: FirmwareTimer): boolean {
    const matches = this.ctx.gpio.read(this.pin, timer.waketime) === this.wanted;
    if (!this.oversampling) {
      this.grid = timer.waketime;
      if (!matches) return this.seek(timer.waketime + this.restTicks);
      this.nextWake = timer.waketime + this.restTicks;
      this.oversampling = true;
    } else if (!matches) {
      this.oversampling = false;
      this.remaining = this.sampleCount;
      timer.waketime = this.grid = this.nextWake;
      return true;
    }
    this.remaining--;
    if (this.remaining === 0) {
      this.unwatch?.();
      this.unwatch = undefined;
      this.trsync!.trigger(this.reason);
      return false;
    }
    timer.waketime += this.sampleTicks;
    return true;
  }

  /** Sets the timer to the first sample from `clock` (on the grid) that will match; returns whether there is one. */
  private seek(clock: number): boolean {
    if (this.restTicks === 0) {
      this.timer.waketime = clock;
      return true;
    }
    const gpio = this.ctx.gpio;
    let at = clock;
    for (let i = 0; i < MAX_CHANGES && gpio.read(this.pin, at) !== this.wanted; i++) {
      const change = gpio.nextChange(this.pin, at);
      if (change === NEVER_CLOCK) return false;
      at = this.gridFrom(change);
    }
    this.timer.waketime = at;
    return true;
  }

  /** First sample of the grid at or after `clock`. */
  private gridFrom(clock: number): number {
    return this.grid + Math.ceil((clock - this.grid) / this.restTicks) * this.restTicks;
  }

  private forecastChanged(): void {
    if (this.oversampling || this.ctx.now < this.grid) return;
    this.ctx.delTimer(this.timer);
    // A sample due right now has been taken only when the grid's base says so.
    const next = this.restTicks === 0 ? this.ctx.now : Math.max(this.gridFrom(this.ctx.now), this.grid + this.restTicks);
    if (this.seek(next)) this.ctx.addTimer(this.timer);
  }
}

const lookup = (ctx: FirmwareContext, oid: number): Endstop => ctx.oidLookup<Endstop>(oid, "endstop");
const STATE = "endstop_state oid=%c homing=%c next_clock=%u pin_value=%c";

export const endstop: FirmwareFeature = {
  name: "endstop",
  commands: [
    { format: "config_endstop oid=%c pin=%c pull_up=%c", handler(args, ctx) {
      ctx.gpio.setupInput(args.u8(1), args.i8(2));
      ctx.oidAlloc(args.u8(0), "endstop", new Endstop(args.u8(1), ctx), 44);
    } },
    { format: "endstop_home oid=%c clock=%u sample_ticks=%u sample_count=%c rest_ticks=%u pin_value=%c trsync_oid=%c trigger_reason=%c",
      handler(args, ctx) {
        const clock = ctx.clock64(args.u32(1));
        if (args.u8(3) !== 0) ctx.noteEffect(clock);
        lookup(ctx, args.u8(0)).home(clock, args.u32(2), args.u8(3), args.u32(4), args.u8(5), args.u8(6), args.u8(7));
      } },
    { format: "endstop_query_state oid=%c", handler(args, ctx) {
      const e = lookup(ctx, args.u8(0));
      ctx.send(STATE, args.u8(0), e.homing ? 1 : 0, clock32Of(e.nextWake), ctx.gpio.read(e.pin, ctx.now));
    } },
  ],
  responses: [STATE],
  onShutdown(ctx) {
    for (const [, e] of ctx.eachOid<Endstop>("endstop")) e.stop();
  },
};
