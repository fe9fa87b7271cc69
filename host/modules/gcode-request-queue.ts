/**
 * Changes of an output pin in step with the moves. A g-code request gets the print time of the end of the moves
 * before it and waits here until the steps up to that time are flushed; an asynchronous request is carried out
 * at once, at least PIN_MIN_TIME ahead. Two changes are at least PIN_MIN_TIME apart; of requests that have become
 * due together only the last is carried out.
 */
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";

/** Shortest time, s, between two changes and between now and a change. */
export const PIN_MIN_TIME = 0.1;

/** What the owner did with a request: nothing (no change), or a first part after which it wants to be asked again. */
export type RequestOutcome = readonly ["discard" | "delay", number] | void;
/** Carry out a request at a print time (s). */
export type RequestCallback = (printTime: number, value: number) => RequestOutcome;

/** The part of the toolhead that pins need. */
interface PinToolhead {
  registerLookaheadCallback(callback: (printTime: number) => void): void;
  noteMcuMovequeueActivity(mqTime: number): void;
}

export class GCodeRequestQueue {
  private readonly printer: Printer;
  private readonly mcu: Mcu;
  private readonly callback: RequestCallback;
  private queue: { printTime: number; value: number }[] = [];
  private nextMinFlushTime = 0;
  private toolhead: PinToolhead | undefined;

  constructor(config: ConfigSection, mcu: Mcu, callback: RequestCallback) {
    this.printer = config.getPrinter();
    this.mcu = mcu;
    this.callback = callback;
    mcu.registerFlushCallback((printTime) => this.flushNotification(printTime));
    this.printer.registerEventHandler("klippy:connect", () => {
      this.toolhead = this.printer.lookupObject<PinToolhead>("toolhead");
    });
  }

  /** Queue a change for the end of the moves that are queued now. */
  queueGcodeRequest(value: number): void {
    this.toolhead!.registerLookaheadCallback((printTime) => {
      this.queue.push({ printTime, value });
      this.toolhead!.noteMcuMovequeueActivity(printTime);
    });
  }

  /** Carry out a change now, or at `printTime`, beside the moves. */
  sendAsyncRequest(value: number, printTime?: number | null): void {
    const wanted = printTime ?? this.mcu.estimatedPrintTime(this.printer.getReactor().monotonic() + PIN_MIN_TIME);
    for (;;) {
      const nextTime = Math.max(wanted, this.nextMinFlushTime);
      const [action, minWait] = this.callback(nextTime, value) ?? ["normal", 0];
      if (action === "discard") return;
      this.nextMinFlushTime = nextTime + Math.max(minWait, PIN_MIN_TIME);
      if (action !== "delay") return;
    }
  }

  private flushNotification(printTime: number): void {
    for (let first = this.queue[0]; first !== undefined; first = this.queue[0]) {
      const nextTime = Math.max(first.printTime, this.nextMinFlushTime);
      if (nextTime > printTime) return;
      // The queue is in order of print time: requests up to `last` are overridden by it.
      let last = 0;
      while (last + 1 < this.queue.length && this.queue[last + 1]!.printTime <= nextTime) last++;
      const [action, minWait] = this.callback(nextTime, this.queue[last]!.value) ?? ["normal", 0];
      this.queue.splice(0, action === "delay" ? last : last + 1);
      if (action === "discard") continue;
      this.nextMinFlushTime = nextTime + Math.max(minWait, PIN_MIN_TIME);
      this.toolhead!.noteMcuMovequeueActivity(this.nextMinFlushTime);
    }
  }
}
