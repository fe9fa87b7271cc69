/**
 * When the next block leaves. Early enough is 0.1 s before the req_clock of its most urgent command: that is the
 * slack by which a print survives a host that stalls. Earlier only when it is full, since full blocks make the
 * best use of the line. Pure functions of what waits and of the time.
 */
import { MESSAGE_PAYLOAD_MAX } from "../wire/index.js";
import { BACKGROUND_PRIORITY_CLOCK, type Backlog } from "./backlog.js";
import { clockFromTime, type ClockEstimate } from "./clock-estimate.js";

/** How long before its req_clock a command leaves at the latest (s). */
const LEAD_SECONDS = 0.1;
/** For so long the line is idle before a background command uses it (s). */
const IDLE_SECONDS = 0.005;
/** Nothing reaches an MCU more ticks early than this, so that 31-bit comparisons hold. */
const MAX_EARLY_TICKS = 3 * 2 ** 29;

/** A departure that is due whatever the clock is. */
export const AT_ONCE = -Infinity;
/** No departure before there are new commands or a clock. */
export const NOT_PLANNED = Infinity;

/** The min_clock of a command that must not arrive so early that the MCU mistakes its clock for a past one. */
export function boundedMinClock(minClock: number, reqClock: number): number {
  const isSoon = reqClock - minClock <= MAX_EARLY_TICKS;
  return isSoon || reqClock === BACKGROUND_PRIORITY_CLOCK ? minClock : reqClock - MAX_EARLY_TICKS;
}

/**
 * Clock of the MCU at which the next block is to arrive, AT_ONCE or NOT_PLANNED; `backlog` is freshly surveyed.
 * @param idleSince time (s) from which on nothing is on the line
 */
export function departureClock(backlog: Backlog, estimate: ClockEstimate, idleSince: number): number {
  if (backlog.readyBytes >= MESSAGE_PAYLOAD_MAX) return AT_ONCE;
  if (estimate.freq === 0) return backlog.readyBytes > 0 ? AT_ONCE : NOT_PLANNED;
  const leadTicks = Math.trunc(LEAD_SECONDS * estimate.freq);
  const urgent = backlog.hasReadyBackground
    ? Math.min(backlog.urgentClock, clockFromTime(estimate, idleSince + LEAD_SECONDS + IDLE_SECONDS))
    : backlog.urgentClock;
  return Math.min(urgent - leadTicks, backlog.upcomingClock);
}
