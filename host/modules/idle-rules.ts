/**
 * When a printer that prints counts as ready, and one that is ready as idle: rules over what the toolhead and the scripts
 * do at a moment. Each answers how long to wait before asking again; 0: now. Times in s.
 */

/** What the machine does. */
export interface Activity {
  /** Since the end of the last planned move; negative while there is one to come. */
  readonly stillFor: number;
  /** Moves wait to be planned. */
  readonly isQueued: boolean;
  readonly isScriptRunning: boolean;
}

/** So long without moves, and a print counts as over. */
export const READY_AFTER = 0.5;
/** Moves that are planned further ahead do not postpone the next question any more. */
const LONGEST_LEAD = 2;
/** The machine counts as busy until it has been still for so long. */
const BUSY_SECONDS = 1;
const SCRIPT_RETRY = 1;
const DISABLED_RETRY = 60;

export function untilReady({ stillFor, isQueued, isScriptRunning }: Activity): number {
  const lead = Math.min(LONGEST_LEAD, -stillFor);
  if (isQueued) return READY_AFTER + Math.max(0, lead);
  if (stillFor < READY_AFTER) return READY_AFTER + lead;
  return isScriptRunning ? READY_AFTER : 0;
}

/** @param timeout after which a ready printer is idle; 0: never. */
export function untilIdle({ stillFor, isQueued, isScriptRunning }: Activity, timeout: number): number {
  if (!(timeout > 0)) return DISABLED_RETRY;
  if (isQueued || stillFor < BUSY_SECONDS) return timeout;
  if (stillFor < timeout) return timeout - stillFor;
  return isScriptRunning ? SCRIPT_RETRY : 0;
}
