/**
 * Changes of an output pin in step with the moves. A g-code request gets the print time of the end of the moves
 * before it and waits here until the steps up to that time are flushed; an asynchronous request is carried out
 * at once, at least PIN_MIN_TIME ahead. Two changes are at least PIN_MIN_TIME apart; of requests that have become
 * due together only the last is carried out. The start value of a pin is a change as well: a micro-controller that holds it back
 * for START_VALUE_LEAD takes no other until then, so that an asynchronous request right after connect waits for its turn.
 */
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";
import { START_VALUE_LEAD } from "../mcu/schedule-limits.js";

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
  private readonly queue: { printTime: number; value: number }[] = [];
  private earliestTime = 0;
  /** Earliest print time of an asynchronous change, s. */
  private startTime = 0;
  private toolhead: PinToolhead | undefined;

  constructor(config: ConfigSection, mcu: Mcu, callback: RequestCallback) {
    this.printer = config.getPrinter();
    this.mcu = mcu;
    this.callback = callback;
    mcu.registerConfigCallback(() => {
      this.startTime = mcu.estimatedPrintTime(this.printer.getReactor().monotonic()) + START_VALUE_LEAD + PIN_MIN_TIME;
    });
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
    const soonest = this.mcu.estimatedPrintTime(this.printer.getReactor().monotonic() + PIN_MIN_TIME);
    const wanted = printTime ?? Math.max(soonest, this.startTime);
    while (this.attempt(wanted, value) === "delay");
  }

  /** Tries a request at `wanted` or as soon after the one before as is allowed; answers what became of it. */
  private attempt(wanted: number, value: number): "normal" | "discard" | "delay" {
    const printTime = Math.max(wanted, this.earliestTime);
    const [action, minWait] = this.callback(printTime, value) ?? ["normal", 0];
    if (action !== "discard") this.earliestTime = printTime + Math.max(minWait, PIN_MIN_TIME);
    return action;
  }

  private flushNotification(flushTime: number): void {
    const { queue } = this;
    while (queue.length > 0) {
      const wanted = queue[0]!.printTime;
      const printTime = Math.max(wanted, this.earliestTime);
      if (printTime > flushTime) return;
      // Of the requests that are due by then the last one counts; if it is put off it stays.
      const later = queue.findIndex((request) => request.printTime > printTime);
      const due = later < 0 ? queue.length : later;
      const action = this.attempt(wanted, queue[due - 1]!.value);
      queue.splice(0, action === "delay" ? due - 1 : due);
      if (action !== "discard") this.toolhead!.noteMcuMovequeueActivity(this.earliestTime);
    }
  }
}
