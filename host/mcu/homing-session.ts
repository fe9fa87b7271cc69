/**
 * One homing move as one trsync sees it, from arming to disarming. The schedule (MCU clocks) is settled when the move
 * begins; what is left to happen is a report of the trigger and, if that does not come, the end of the time
 * that the move has. Each of the two is told once. A new move is a new session; nothing is cleared.
 */
import type { Completion } from "../reactor/completion.js";

export const REASON_ENDSTOP_HIT = 1;
export const REASON_HOST_REQUEST = 2;
export const REASON_PAST_END_TIME = 3;
/** This and every larger reason is a failure; sensors add their own above. */
export const REASON_COMMS_TIMEOUT = 4;

/** Whether a stored reason means that the trigger cannot be relied on. */
export const isFailure = (reason: number): boolean => reason >= REASON_COMMS_TIMEOUT;

/** Reports come 0.3 expire timeouts apart; a timeout is extended when it gains 0.8 of a report period. */
const REPORT_SHARE = 0.3;
const MIN_EXTEND_SHARE = 0.8;

/** Clocks and ticks of one MCU for one homing move. */
export interface TrsyncSchedule {
  readonly startClock: number;
  readonly reportClock: number;
  readonly reportTicks: number;
  readonly expireClock: number;
  readonly expireTicks: number;
  /** A timeout that would gain less is left as it is. */
  readonly minExtendTicks: number;
}

/**
 * @param ticksOf whole ticks of a span in seconds
 * @param phase of the reports, 0…1, so that those of several MCUs interleave
 * @param expireTimeout seconds of silence after which the MCU stops by itself
 */
export function trsyncSchedule(startClock: number, ticksOf: (seconds: number) => number, phase: number, expireTimeout: number): TrsyncSchedule {
  const expireTicks = ticksOf(expireTimeout);
  const reportTicks = ticksOf(expireTimeout * REPORT_SHARE);
  const nearest = (ticks: number): number => Math.trunc(ticks + 0.5);
  return {
    startClock,
    reportClock: startClock + nearest(reportTicks * phase),
    reportTicks,
    expireClock: startClock + expireTicks,
    expireTicks,
    minExtendTicks: nearest(reportTicks * MIN_EXTEND_SHARE),
  };
}

/** What a report says: still waiting at a clock (64 bits), or stopped for a reason. */
export type TrsyncReport = { readonly waitingAt: number } | { readonly stoppedFor: number };

/** What the host has to do about a report. */
export type SessionTurn = "nothing" | "finish" | "stop the move";

export class HomingSession {
  readonly schedule: TrsyncSchedule;
  readonly #completion: Completion<boolean>;
  #isFinished = false;
  #endClock = Infinity;

  /** @param completion carries whether the end was a failure */
  constructor(schedule: TrsyncSchedule, completion: Completion<boolean>) {
    this.schedule = schedule;
    this.#completion = completion;
  }

  /** The first report at or after this clock ends the move. */
  endAt(clock: number): void {
    this.#endClock = clock;
  }

  take(report: TrsyncReport): SessionTurn {
    if ("stoppedFor" in report) return this.#isFinished ? "nothing" : "finish";
    if (report.waitingAt < this.#endClock) return "nothing";
    this.#endClock = Infinity;
    return "stop the move";
  }

  /** Hands over the completion to be completed, once. */
  finish(complete: (completion: Completion<boolean>) => void): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    complete(this.#completion);
  }
}
