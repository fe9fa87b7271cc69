/**
 * Failures that the bench brings about and no printer would: a call that it refuses to strangers' code, a member of Kalico's that
 * it does not offer yet, a dependency that is not installed. Such a failure says nothing about the plugin. What the plugin did
 * there (a process, a connection) has rules of its own.
 */
import { inconclusive, type Finding, type Judgement } from "./rule.js";

const LIMITS: readonly [RegExp, (match: RegExpExecArray) => string][] = [
  [/no (process|network|thread|signal)\S*(?: to other processes)? for plugins under test/, ([, what]) => `the bench lets no plugin have a ${what === "network" ? "connection" : what!}, and the plugin fails without it`],
  [/'([^']*)' object has no attribute '([^']*)': not offered by this host yet/, ([, object, member]) => `${object}.${member} is in Kalico, but not offered by this host yet`],
  [/(\S+): not offered by this host yet/, ([, what]) => `${what} is in Kalico, but not offered by this host yet`],
  [/ModuleNotFoundError: No module named '([^']+)'/, ([, module]) => `needs ${module}: install it in the environment given with --python, or use --install`],
];

/** Why the bench, not the plugin, is the cause of a failure that is told so; undefined when it is not. */
export function benchLimit(message: string): string | undefined {
  for (const [pattern, words] of LIMITS) {
    const match = pattern.exec(message);
    if (match !== null) return words(match);
  }
  return undefined;
}

/** Takes findings out of which the bench is the cause. With none left the rule could not be judged. */
export function withoutBenchLimits(judgement: Judgement): Judgement {
  if (judgement.kind !== "judged") return judgement;
  const reasons = new Set<string>();
  const findings: Finding[] = judgement.findings.filter((finding) => {
    const reason = benchLimit(finding.message);
    if (reason !== undefined) reasons.add(reason);
    return reason === undefined;
  });
  if (reasons.size === 0) return judgement;
  const why = `cannot judge: ${[...reasons].join("; ")}`;
  return findings.length === 0 ? inconclusive(why) : { ...judgement, basis: `${judgement.basis}; in part ${why}`, findings };
}
