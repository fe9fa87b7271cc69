/**
 * Sessions that were ended by force: the limit of wall time, of memory or of output, or a crash of the plugin's process. What they had
 * seen is lost with the process; the limit and the plugin's last call are all that is known.
 */
import type { Evidence, SessionEvidence } from "./evidence.js";
import type { Judgement } from "./rule.js";

export const isLost = (session: Pick<SessionEvidence, "state">): boolean => session.state === "lost";

/** Sessions with the plugin of which nothing is known but how they ended. */
export const lostSessions = (evidence: Pick<Evidence, "sessions">): SessionEvidence[] => evidence.sessions.filter((session) => session.scenario.withPlugin && isLost(session));

/** Which session, and how it ended: for a reason. */
export const lostText = (session: Pick<SessionEvidence, "id" | "message">): string => `the session "${session.id}" is lost: ${session.message.startsWith("the ") ? "" : "it "}${session.message}`;

/** Asks a rule. Where it looks at sessions and some are lost, its answer says so: a pass rests on the others. */
export function judgeKnowingLosses(judge: (evidence: Evidence) => Judgement, evidence: Evidence): Judgement {
  const lost = lostSessions(evidence);
  if (lost.length === 0) return judge(evidence);
  let looked = false;
  const judgement = judge(new Proxy(evidence, {
    get(target, key: keyof Evidence) {
      looked ||= key === "sessions" || key === "comparisons";
      return target[key];
    },
  }));
  const text = `${lostText(lost[0]!)}${lost.length > 1 ? `, and ${lost.length - 1} more` : ""}`;
  if (!looked || judgement.kind === "not-applicable") return judgement;
  if (judgement.kind === "judged") return { ...judgement, basis: `${judgement.basis}; ${text}` };
  return judgement.reason.includes("is lost: ") ? judgement : { ...judgement, reason: `${judgement.reason}; ${text}` };
}
