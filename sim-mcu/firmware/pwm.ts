/**
 * Hardware PWM outputs: a value 0…PWM_MAX from its clock on, with the same duty of refreshing within max_duration as
 * digital outputs. The pin is one closed-form output state between updates.
 */
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature } from "./feature.js";

const TYPE = "pwm_out";
const MOVE_BYTES = 12;
const OBJECT_BYTES = 36;
const MISSED = "Missed scheduling of next hard pwm event";
const EXCEEDS = "Scheduled pwm event will exceed max_duration";

interface Update {
  readonly clock: number;
  readonly value: number;
}

class PwmOut {
  private readonly queue: Update[] = [];
  /** Clock at which the output must have been refreshed; undefined when it need not. */
  private deadline: number | undefined;
  private readonly timer: FirmwareTimer;
  private readonly ctx: FirmwareContext;
  private readonly pin: number;
  private readonly cycleTicks: number;
  private readonly defaultValue: number;
  private readonly maxDuration: number;

  constructor(ctx: FirmwareContext, pin: number, cycleTicks: number, defaultValue: number, maxDuration: number) {
    this.ctx = ctx;
    this.pin = pin;
    this.cycleTicks = cycleTicks;
    this.defaultValue = defaultValue;
    this.maxDuration = maxDuration;
    this.timer = new FirmwareTimer((timer) => this.run(timer));
  }

  push(clock: number, value: number): void {
    const { ctx, timer } = this;
    ctx.moveAlloc();
    this.queue.push({ clock, value });
    if (this.queue.length > 1) return;
    ctx.delTimer(timer);
    if (this.deadline !== undefined && this.deadline < clock) ctx.shutdown(EXCEEDS);
    this.deadline = undefined;
    timer.waketime = clock;
    ctx.addTimer(timer);
  }

  shutdown(): void {
    this.queue.length = 0;
    this.deadline = undefined;
    drive(this.ctx, this.pin, this.cycleTicks, this.defaultValue);
  }

  private run(timer: FirmwareTimer): boolean {
    const { ctx, queue } = this;
    const update = queue.shift();
    if (update === undefined) return ctx.shutdown(MISSED);
    ctx.moveFree();
    drive(ctx, this.pin, this.cycleTicks, update.value);

    const guarded = update.value !== this.defaultValue && this.maxDuration !== 0;
    const limit = timer.waketime + this.maxDuration;
    const next = queue[0];
    if (next !== undefined) {
      if (guarded && limit < next.clock) ctx.shutdown(EXCEEDS);
      timer.waketime = next.clock;
      return true;
    }
    if (!guarded) return false;
    this.deadline = timer.waketime = limit;
    return true;
  }
}

function drive(ctx: FirmwareContext, pin: number, cycleTicks: number, value: number): void {
  const max = ctx.board.pwmMax[ctx.flavour];
  if (value <= 0 || value >= max || cycleTicks === 0) ctx.gpio.write(pin, value > 0 ? 1 : 0);
  else ctx.gpio.writePwm(pin, (cycleTicks * value) / max, cycleTicks);
}

function setup(ctx: FirmwareContext, pin: number, cycleTicks: number, value: number): void {
  const { pwmPins } = ctx.board;
  if (pwmPins !== undefined && !pwmPins.includes(ctx.gpio.nameOf(pin))) ctx.shutdown("Not a valid PWM pin");
  ctx.gpio.setupPwm(pin);
  drive(ctx, pin, cycleTicks, value);
}

export const pwmOut: FirmwareFeature = {
  name: "pwm_out",
  commands: [
    { format: "config_pwm_out oid=%c pin=%u cycle_ticks=%u value=%hu default_value=%hu max_duration=%u", handler(args, ctx) {
      const pin = args.u32(1), cycleTicks = args.u32(2);
      setup(ctx, pin, cycleTicks, args.u16(3));
      ctx.oidAlloc(args.u8(0), TYPE, new PwmOut(ctx, pin, cycleTicks, args.u16(4), args.u32(5)), OBJECT_BYTES);
      ctx.moveQueueSetup(MOVE_BYTES);
    } },
    { format: "queue_pwm_out oid=%c clock=%u value=%hu", effectClock: "clock", handler(args, ctx) {
      ctx.oidLookup<PwmOut>(args.u8(0), TYPE).push(ctx.clock64(args.u32(1)), args.u16(2));
    } },
    { format: "set_pwm_out pin=%u cycle_ticks=%u value=%hu", handler(args, ctx) { setup(ctx, args.u32(0), args.u32(1), args.u16(2)); } },
  ],
  staticStrings: [MISSED, EXCEEDS, "Not a valid PWM pin"],
  onShutdown(ctx) {
    for (const [, out] of ctx.eachOid<PwmOut>(TYPE)) out.shutdown();
  },
};
