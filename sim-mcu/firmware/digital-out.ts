/**
 * Digital outputs and soft PWM. Queued updates take effect exactly at their clock; between updates a PWM signal is one
 * closed-form output state, so toggling costs nothing. The safety rule of the firmware is kept: while an output is away from
 * its default value (or toggles), the next update must be there within max_duration.
 */
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature } from "./feature.js";

const TYPE = "digital_out";
const MOVE_BYTES = 12;
const OBJECT_BYTES = 48;
const MISSED = "Missed scheduling of next digital out event";
const EXCEEDS = "Scheduled digital out event will exceed max_duration";

interface Update {
  readonly clock: number;
  readonly onTicks: number;
}

class DigitalOut {
  cycleTicks = 0;
  private readonly queue: Update[] = [];
  /** Clock by which the next update is loaded, or must have been; undefined when none is needed. */
  private endClock: number | undefined;
  private readonly timer: FirmwareTimer;
  private readonly ctx: FirmwareContext;
  private readonly pin: number;
  private readonly defaultOn: boolean;
  private readonly maxDuration: number;

  constructor(ctx: FirmwareContext, pin: number, defaultOn: boolean, maxDuration: number) {
    this.ctx = ctx;
    this.pin = pin;
    this.defaultOn = defaultOn;
    this.maxDuration = maxDuration;
    this.timer = new FirmwareTimer((timer) => this.load(timer));
  }

  setCycle(cycleTicks: number): void {
    if (this.queue.length > 0) this.ctx.shutdown("Can not set soft pwm cycle ticks while updates pending");
    this.cycleTicks = cycleTicks;
  }

  push(clock: number, onTicks: number): void {
    const { ctx, timer } = this;
    ctx.moveAlloc();
    this.queue.push({ clock, onTicks });
    if (this.queue.length > 1) return;
    if (this.endClock !== undefined && this.endClock < clock) ctx.shutdown(EXCEEDS);
    this.endClock = clock;
    ctx.delTimer(timer);
    timer.waketime = clock;
    ctx.addTimer(timer);
  }

  /** A level from now on, outside the queue. */
  update(on: boolean): void {
    const { ctx, timer } = this;
    ctx.delTimer(timer);
    if (this.queue.length > 0) ctx.shutdown("update_digital_out not valid with active queue");
    ctx.gpio.write(this.pin, on ? 1 : 0);
    this.endClock = undefined;
    if (on === this.defaultOn || this.maxDuration === 0) return;
    this.endClock = timer.waketime = ctx.now + this.maxDuration;
    ctx.addTimer(timer);
  }

  shutdown(): void {
    this.queue.length = 0;
    this.endClock = undefined;
    this.ctx.gpio.write(this.pin, this.defaultOn ? 1 : 0);
  }

  private load(timer: FirmwareTimer): boolean {
    const { ctx, queue, cycleTicks } = this;
    const update = queue.shift();
    if (update === undefined) return ctx.shutdown(MISSED);
    ctx.moveFree();
    const { onTicks } = update;
    const toggles = onTicks > 0 && onTicks < cycleTicks;
    if (toggles) ctx.gpio.writePwm(this.pin, onTicks, cycleTicks);
    else ctx.gpio.write(this.pin, onTicks > 0 ? 1 : 0);

    const guarded = this.maxDuration !== 0 && (toggles || onTicks > 0 !== this.defaultOn);
    let endClock = guarded ? timer.waketime + this.maxDuration : undefined;
    const next = queue[0];
    if (next !== undefined) {
      if (endClock !== undefined && endClock < next.clock) ctx.shutdown(EXCEEDS);
      endClock = next.clock;
    }
    this.endClock = endClock;
    if (endClock === undefined) return false;
    timer.waketime = endClock;
    return true;
  }
}

const lookup = (ctx: FirmwareContext, oid: number): DigitalOut => ctx.oidLookup<DigitalOut>(oid, TYPE);

export const digitalOut: FirmwareFeature = {
  name: "digital_out",
  commands: [
    { format: "config_digital_out oid=%c pin=%u value=%c default_value=%c max_duration=%u", handler(args, ctx) {
      const pin = args.u32(1);
      ctx.gpio.setupOutput(pin, args.u8(2));
      ctx.oidAlloc(args.u8(0), TYPE, new DigitalOut(ctx, pin, args.u8(3) !== 0, args.u32(4)), OBJECT_BYTES);
      ctx.moveQueueSetup(MOVE_BYTES);
    } },
    { format: "set_digital_out_pwm_cycle oid=%c cycle_ticks=%u", handler(args, ctx) { lookup(ctx, args.u8(0)).setCycle(args.u32(1)); } },
    { format: "queue_digital_out oid=%c clock=%u on_ticks=%u", effectClock: "clock", handler(args, ctx) {
      lookup(ctx, args.u8(0)).push(ctx.clock64(args.u32(1)), args.u32(2));
    } },
    { format: "update_digital_out oid=%c value=%c", handler(args, ctx) { lookup(ctx, args.u8(0)).update(args.u8(1) !== 0); } },
    { format: "set_digital_out pin=%u value=%c", handler(args, ctx) { ctx.gpio.setupOutput(args.u32(0), args.u8(1)); } },
  ],
  staticStrings: [
    MISSED, EXCEEDS, "Can not set soft pwm cycle ticks while updates pending", "update_digital_out not valid with active queue",
  ],
  onShutdown(ctx) {
    for (const [, out] of ctx.eachOid<DigitalOut>(TYPE)) out.shutdown();
  },
};
