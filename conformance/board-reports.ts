/** What an attached board reports of its own timing, and whether that says anything of the plugin: on a busy machine the host itself is late. */
import type { SessionEvidence } from "./evidence.js";

/** What firmware says when something came too late for it. */
const TOO_LATE = /Timer too close|Rescheduled timer in the past|Stepper too far in past|Missed scheduling of next|No next step|Command request too late/;
/** The host promises commands 100 ms ahead: half of that may be lost without harm, seconds. */
const HOST_LATE = 0.05;

/** The board's word that something came too late; undefined when it did not say so. */
export const lateReport = (session: SessionEvidence): string | undefined => [session.message, ...session.log.map(({ text }) => text)].find((text) => TOO_LATE.test(text))?.split("\n", 1)[0];

/** Longest callback of the plugin, seconds by the cost model. */
const longestCallback = (session: SessionEvidence): number => Math.max(0, ...session.callbacks.map((callback) => callback.maxSeconds));

/** Why a late command is this machine's doing: the host ran late, and the plugin's callbacks are short. Undefined: it is not. */
export function busyMachine(session: SessionEvidence): string | undefined {
  const late = session.hostLateSeconds ?? 0;
  const longest = longestCallback(session);
  if (lateReport(session) === undefined || late < HOST_LATE || longest > HOST_LATE) return undefined;
  return `this machine was too busy: the host ran up to ${(late * 1000).toFixed(0)} ms late while the plugin's longest callback costs ${(longest * 1000).toFixed(1)} ms, and the board gave up ("${lateReport(session)!.slice(0, 120)}"): run again on a quiet machine`;
}
