/**
 * trsync: stops steppers together on one of several triggers (endstop, host request, timeout) and reports to the host.
 * The first trigger wins; the stepper's stop happens at the trigger's clock, the report follows from the task.
 */
import { clock32Of } from "./clock.js";
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature, type TrsyncHandle, type TrsyncSignal } from "./feature.js";

const STATE = "trsync_state oid=%c can_trigger=%c trigger_reason=%c clock=%u";

class Trsync implements TrsyncHandle {
  canTrigger = false;
  private wantsReport = false;
  triggerReason = 0;
  private expireReason = 0;
  private reportTicks = 0;
  private signals: TrsyncSignal[] = [];
  private readonly reportTimer: FirmwareTimer;
  private readonly expireTimer: FirmwareTimer;
  private readonly reportTask = (): void => this.report();
  private readonly oid: number;
  private readonly ctx: FirmwareContext;

  constructor(oid: number, ctx: FirmwareContext) {
    this.oid = oid;
    this.ctx = ctx;
    this.reportTimer = new FirmwareTimer((timer) => {
      this.wantsReport = true;
      ctx.wakeTask(this.reportTask);
      timer.waketime += this.reportTicks;
      return true;
    });
    this.expireTimer = new FirmwareTimer(() => {
      this.trigger(this.expireReason);
      return false;
    });
  }

  start(reportClock: number, reportTicks: number, expireReason: number): void {
    this.clear();
    this.canTrigger = true;
    this.reportTicks = reportTicks;
    this.reportTimer.waketime = reportClock;
    if (reportTicks !== 0) this.ctx.addTimer(this.reportTimer);
    this.expireReason = expireReason;
  }

  setTimeout(clock: number): void {
    if (!this.canTrigger) return;
    this.ctx.delTimer(this.expireTimer);
    this.expireTimer.waketime = clock;
    this.ctx.addTimer(this.expireTimer);
  }

  trigger(reason: number): void {
    if (!this.canTrigger) return;
    this.canTrigger = false;
    this.triggerReason = reason;
    this.wantsReport = true;
    this.ctx.trace.mark(this.ctx.now, "trigger", `oid ${this.oid} reason ${reason}`);
    while (this.signals.length > 0) {
      // Last added, first stopped.
      const signal = this.signals.pop()!;
      const func = signal.func;
      signal.func = undefined;
      func?.(reason);
    }
    this.ctx.wakeTask(this.reportTask);
  }

  /** The host's `trsync_trigger`: triggers if still possible and ends the exchange. */
  end(reason: number): void {
    this.trigger(reason);
    this.ctx.delTimer(this.reportTimer);
    this.ctx.delTimer(this.expireTimer);
    this.canTrigger = this.wantsReport = false;
    this.ctx.send(STATE, this.oid, 0, this.triggerReason, 0);
  }

  addSignal(signal: TrsyncSignal, func: (reason: number) => void): void {
    if (signal.func !== undefined) this.ctx.shutdown("Can't add signal that is already active");
    signal.func = func;
    this.signals.push(signal);
  }

  clear(): void {
    this.ctx.delTimer(this.reportTimer);
    this.ctx.delTimer(this.expireTimer);
    for (const signal of this.signals) signal.func = undefined;
    this.signals = [];
    this.canTrigger = this.wantsReport = false;
    this.triggerReason = this.expireReason = 0;
  }

  private report(): void {
    if (!this.wantsReport) return;
    this.wantsReport = false;
    this.ctx.send(STATE, this.oid, this.canTrigger ? 1 : 0, this.triggerReason, clock32Of(this.ctx.now));
  }
}

const lookup = (ctx: FirmwareContext, oid: number): Trsync => ctx.oidLookup<Trsync>(oid, "trsync");

export const trsync: FirmwareFeature = {
  name: "trsync",
  commands: [
    { format: "config_trsync oid=%c", handler(args, ctx) { ctx.oidAlloc(args.u8(0), "trsync", new Trsync(args.u8(0), ctx), 40); } },
    { format: "trsync_start oid=%c report_clock=%u report_ticks=%u expire_reason=%c", handler(args, ctx) {
      const clock = ctx.clock64(args.u32(1));
      if (args.u32(2) !== 0) ctx.noteEffect(clock);
      lookup(ctx, args.u8(0)).start(clock, args.u32(2), args.u8(3));
    } },
    { format: "trsync_set_timeout oid=%c clock=%u", effectClock: "clock", handler(args, ctx) {
      lookup(ctx, args.u8(0)).setTimeout(ctx.clock64(args.u32(1)));
    } },
    { format: "trsync_trigger oid=%c reason=%c", handler(args, ctx) { lookup(ctx, args.u8(0)).end(args.u8(1)); } },
  ],
  responses: [STATE],
  staticStrings: ["Can't add signal that is already active"],
  onShutdown(ctx) {
    for (const [, ts] of ctx.eachOid<Trsync>("trsync")) ts.clear();
  },
};
