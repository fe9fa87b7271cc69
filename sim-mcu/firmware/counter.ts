/** Edge counters (tachometers): the pin is polled, changes are counted, and the count is reported every sample_ticks. */
import { clock32Of } from "./clock.js";
import type { FirmwareContext, FirmwareFeature } from "./feature.js";
import { PollGrid } from "./poll-grid.js";

const TYPE = "counter";
const OBJECT_BYTES = 44;
const STATE = "counter_state oid=%c next_clock=%u count=%u count_clock=%u";

class Counter {
  private count = 0;
  private lastCountClock = 0;
  private nextSample = 0;
  private sampleTicks = 0;
  private pollTicks = 0;
  private reportClock = 0;
  private readonly grid: PollGrid;
  private readonly ctx: FirmwareContext;
  private readonly oid: number;
  private readonly pin: number;
  private readonly report = (): void => this.ctx.send(STATE, this.oid, clock32Of(this.reportClock), this.count, clock32Of(this.lastCountClock));

  constructor(ctx: FirmwareContext, oid: number, pin: number) {
    this.ctx = ctx;
    this.oid = oid;
    this.pin = pin;
    this.grid = new PollGrid(ctx, (clock) => this.poll(clock));
  }

  start(clock: number, pollTicks: number, sampleTicks: number): void {
    this.pollTicks = pollTicks;
    this.sampleTicks = sampleTicks;
    this.nextSample = clock;
    this.grid.start(clock, pollTicks, [this.pin]);
  }

  stop(): void { this.grid.stop(); }

  private poll(clock: number): number {
    // The low bit of the count is the level of the pin.
    if ((this.count & 1) !== this.ctx.gpio.read(this.pin, clock)) {
      this.count = (this.count + 1) >>> 0;
      this.lastCountClock = clock;
    }
    if (clock > this.nextSample) {
      this.nextSample = clock + this.sampleTicks;
      this.reportClock = clock + this.pollTicks;
      this.ctx.wakeTask(this.report);
    }
    return this.nextSample + 1;
  }
}

export const counter: FirmwareFeature = {
  name: "counter",
  commands: [
    { format: "config_counter oid=%c pin=%u pull_up=%c", handler(args, ctx) {
      ctx.gpio.setupInput(args.u32(1), args.i8(2));
      ctx.oidAlloc(args.u8(0), TYPE, new Counter(ctx, args.u8(0), args.u32(1)), OBJECT_BYTES);
    } },
    { format: "query_counter oid=%c clock=%u poll_ticks=%u sample_ticks=%u", handler(args, ctx) {
      ctx.oidLookup<Counter>(args.u8(0), TYPE).start(ctx.clock64(args.u32(1)), args.u32(2), args.u32(3));
    } },
  ],
  responses: [STATE],
  onShutdown(ctx) {
    for (const [, c] of ctx.eachOid<Counter>(TYPE)) c.stop();
  },
};
