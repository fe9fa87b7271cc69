/**
 * Buttons: up to eight pins polled together; a state seen in two consecutive polls is reported and repeated until the host
 * acknowledges it. States are raw pin levels; the host tells what it takes for "not pressed".
 */
import { NEVER_CLOCK } from "./clock.js";
import type { FirmwareContext, FirmwareFeature } from "./feature.js";
import { PollGrid } from "./poll-grid.js";

const TYPE = "buttons";
const MAX_BUTTONS = 8;
const MAX_REPORTS = 8;
const MAX_RETRANSMIT = 0x80;
const STATE = "buttons_state oid=%c ack_count=%c state=%*s";

class Buttons {
  readonly pins: (number | undefined)[];
  private pressed = 0;
  private lastPressed = 0;
  private reports: number[] = [];
  private ackCount = 0;
  private retransmitCount = 0;
  /** Polls until the reports are sent again; undefined when nothing waits for an acknowledge. */
  private pollsToRetransmit: number | undefined;
  private readonly grid: PollGrid;
  private readonly ctx: FirmwareContext;
  private readonly oid: number;
  private readonly send = (): void => this.sendReports();

  constructor(ctx: FirmwareContext, oid: number, count: number) {
    this.ctx = ctx;
    this.oid = oid;
    this.pins = Array.from({ length: count }, () => undefined);
    this.grid = new PollGrid(ctx, (clock) => this.poll(clock));
  }

  start(clock: number, restTicks: number, retransmitCount: number, invert: number): void {
    this.grid.stop();
    this.pressed = this.lastPressed = invert;
    this.ackCount = 0;
    this.reports = [];
    this.pollsToRetransmit = undefined;
    this.retransmitCount = retransmitCount;
    if (retransmitCount >= MAX_RETRANSMIT) this.ctx.shutdown("Invalid buttons retransmit count");
    if (restTicks !== 0) this.grid.start(clock, restTicks, this.pins.filter((pin) => pin !== undefined));
  }

  acknowledge(count: number): void {
    this.ackCount = (this.ackCount + count) & 0xff;
    this.reports.splice(0, count);
    if (this.reports.length === 0) this.pollsToRetransmit = undefined;
  }

  stop(): void { this.grid.stop(); }

  private poll(clock: number): number {
    let status = 0;
    for (let i = 0; i < this.pins.length; i++) {
      const pin = this.pins[i];
      if (pin !== undefined && this.ctx.gpio.read(pin, clock) !== 0) status |= 1 << i;
    }
    const steady = ~(status ^ this.lastPressed);
    if (((status ^ this.pressed) & steady) !== 0) {
      this.pressed = (this.pressed & ~steady) | (status & steady);
      if (this.reports.length < MAX_REPORTS) {
        this.reports.push(this.pressed);
        this.ctx.wakeTask(this.send);
      }
    }
    this.lastPressed = status;
    if (this.pollsToRetransmit !== undefined && --this.pollsToRetransmit < 0) this.ctx.wakeTask(this.send);
    const resting = status === this.pressed && this.pollsToRetransmit === undefined && this.reports.length === 0;
    return resting ? NEVER_CLOCK : 0;
  }

  private sendReports(): void {
    if (this.reports.length === 0) return;
    this.pollsToRetransmit = this.retransmitCount;
    this.ctx.send(STATE, this.oid, this.ackCount, Uint8Array.from(this.reports));
  }
}

const lookup = (ctx: FirmwareContext, oid: number): Buttons => ctx.oidLookup<Buttons>(oid, TYPE);

export const buttons: FirmwareFeature = {
  name: "buttons",
  commands: [
    { format: "config_buttons oid=%c button_count=%c", handler(args, ctx) {
      const count = args.u8(1);
      if (count > MAX_BUTTONS) ctx.shutdown("Max of 8 buttons");
      ctx.oidAlloc(args.u8(0), TYPE, new Buttons(ctx, args.u8(0), count), 40 + 8 * count);
    } },
    { format: "buttons_add oid=%c pos=%c pin=%u pull_up=%c", handler(args, ctx) {
      const { pins } = lookup(ctx, args.u8(0));
      const position = args.u8(1);
      if (position >= pins.length) ctx.shutdown("Set button past maximum button count");
      ctx.gpio.setupInput(args.u32(2), args.i8(3));
      pins[position] = args.u32(2);
    } },
    { format: "buttons_query oid=%c clock=%u rest_ticks=%u retransmit_count=%c invert=%c", handler(args, ctx) {
      lookup(ctx, args.u8(0)).start(ctx.clock64(args.u32(1)), args.u32(2), args.u8(3), args.u8(4));
    } },
    { format: "buttons_ack oid=%c count=%c", handler(args, ctx) { lookup(ctx, args.u8(0)).acknowledge(args.u8(1)); } },
  ],
  responses: [STATE],
  staticStrings: ["Max of 8 buttons", "Set button past maximum button count", "Invalid buttons retransmit count"],
  onShutdown(ctx) {
    for (const [, b] of ctx.eachOid<Buttons>(TYPE)) b.stop();
  },
};
