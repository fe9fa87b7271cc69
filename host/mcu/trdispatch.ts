/**
 * The fast part of trigger synchronisation, run as reports arrive and not when the reactor comes round: keeps
 * the expire timeouts of all MCUs alive while all of them report, and spreads a trigger to all.
 *
 * An MCU may go on as long as every *other* MCU is known to be alive. So its timeout is measured from the
 * oldest report among all MCUs; for the one that is itself the oldest, from the second oldest.
 */
import { clockFromClock32, clockFromTime, timeFromClock, type ClockEstimate } from "../transport/clock-estimate.js";
import type { CommandQueue, FastReader, SerialQueue } from "../transport/serialqueue.js";
import { decodeVlq, encodeVlqC, vlqEnd } from "../wire/index.js";
import type { TrsyncSchedule } from "./homing-session.js";

/** Message ids as the dictionary gives them. */
export interface TrsyncTags {
  readonly setTimeout: number;
  readonly trigger: number;
  readonly state: number;
}

/** All MCUs of one trigger. Kalico's trdispatch. */
export class TrDispatch {
  private readonly mcus: TrDispatchMcu[] = [];
  private isActive = false;
  private canTrigger = false;
  private reason = 0;

  add(mcu: TrDispatchMcu): void {
    this.mcus.push(mcu);
  }

  remove(mcu: TrDispatchMcu): void {
    const at = this.mcus.indexOf(mcu);
    if (at < 0) return;
    this.mcus.splice(at, 1);
    if (this.isActive) mcu.unwatch();
  }

  /** Begins to watch; `reason` is sent with the triggers. */
  start(reason: number): void {
    if (this.isActive || this.mcus.length === 0) return;
    this.reason = reason;
    this.isActive = this.canTrigger = true;
    for (const mcu of this.mcus) mcu.watch();
  }

  stop(): void {
    if (!this.isActive) return;
    this.isActive = false;
    for (const mcu of this.mcus) mcu.unwatch();
  }

  /** A report of `mcu`: still armed at clock32, or triggered. */
  handleReport(mcu: TrDispatchMcu, canTrigger: boolean, clock32: number): void {
    if (!this.canTrigger) return;
    if (!canTrigger) {
      this.canTrigger = false;
      for (const each of this.mcus) each.sendTrigger(this.reason);
      return;
    }
    mcu.noteAlive(clock32);
    // The timeout of each follows the slowest of the others; alone, it follows its own reports.
    const times = this.mcus.map((each) => each.statusTime());
    this.mcus.forEach((each, at) => {
      const others = times.length === 1 ? times : times.filter((_, other) => other !== at);
      each.extend(Math.min(...others));
    });
  }
}

/** One MCU of a trigger. Kalico's trdispatch_mcu. */
export class TrDispatchMcu {
  private readonly dispatch: TrDispatch;
  private readonly currentQueue: () => SerialQueue;
  /** Queue of the link as it was when the move began: one that was lost and found again has a new one. */
  private serialQueue: SerialQueue;
  private readonly cq: CommandQueue;
  private readonly oid: number;
  private readonly tags: TrsyncTags;
  private readonly reader: FastReader;
  private estimate: ClockEstimate;
  private lastStatusClock = 0;
  private expireClock = 0;
  private schedule: Pick<TrsyncSchedule, "expireTicks" | "minExtendTicks"> = { expireTicks: 0, minExtendTicks: 0 };

  constructor(dispatch: TrDispatch, currentQueue: () => SerialQueue, cq: CommandQueue, oid: number, tags: TrsyncTags) {
    this.dispatch = dispatch;
    this.currentQueue = currentQueue;
    this.serialQueue = currentQueue();
    this.cq = cq;
    this.oid = oid;
    this.tags = tags;
    this.estimate = this.serialQueue.getClockEst();
    this.reader = {
      prefix: encode([tags.state, oid]),
      handle: (buffer, start, end) => this.handleState(buffer, start, end),
    };
    dispatch.add(this);
  }

  /** Takes up the schedule of a new homing move. */
  setup(schedule: TrsyncSchedule): void {
    this.schedule = schedule;
    this.serialQueue = this.currentQueue();
    this.lastStatusClock = schedule.startClock;
    this.expireClock = schedule.expireClock;
    this.estimate = this.serialQueue.getClockEst();
  }

  watch(): void {
    this.serialQueue.addFastReader(this.reader);
  }

  unwatch(): void {
    this.serialQueue.removeFastReader(this.reader);
  }

  noteAlive(clock32: number): void {
    this.estimate = this.serialQueue.getClockEst();
    this.lastStatusClock = clockFromClock32(this.estimate, clock32);
  }

  /** Time (s) of the last report. */
  statusTime(): number {
    return timeFromClock(this.estimate, this.lastStatusClock);
  }

  /** Moves the timeout to `statusTime` (s) + expire ticks, when that gains enough. */
  extend(statusTime: number): void {
    const expireClock = clockFromTime(this.estimate, statusTime) + this.schedule.expireTicks;
    if (expireClock - this.expireClock < this.schedule.minExtendTicks) return;
    this.expireClock = expireClock;
    this.serialQueue.send(this.cq, encode([this.tags.setTimeout, this.oid, expireClock % 2 ** 32]), 0, expireClock);
  }

  sendTrigger(reason: number): void {
    this.serialQueue.send(this.cq, encode([this.tags.trigger, this.oid, reason]), 0, 0);
  }

  /** `trsync_state oid=%c can_trigger=%c trigger_reason=%c clock=%u`: exactly five numbers, else it is not one. */
  private handleState(buffer: Uint8Array, start: number, end: number): void {
    const fields: number[] = [];
    let at = start;
    while (at < end) {
      if (fields.length === 5) return;
      fields.push(decodeVlq(buffer, at));
      at = vlqEnd.pos;
    }
    if (fields.length !== 5 || fields[1] !== this.oid) return;
    this.dispatch.handleReport(this, fields[2] !== 0, fields[4]! >>> 0);
  }
}

function encode(fields: readonly number[]): Uint8Array {
  const out = new Uint8Array(5 * fields.length);
  let at = 0;
  for (const field of fields) at = encodeVlqC(out, at, field);
  return out.slice(0, at);
}
