/** Applies rules to evidence and merges verdicts. Evidence → RuleResult[] → one verdict for the plugin. */
import { withoutBenchLimits } from "./bench-limits.js";
import type { Evidence } from "./evidence.js";
import { judgeKnowingLosses } from "./lost-sessions.js";
import type { Rule, RuleResult, Verdict } from "./rule.js";

/** Rules that look at the plugin from outside: what it is packed with, what it reaches for, what its documents say. */
const FROM_OUTSIDE = /^(PKG|SEC|DOC)-/;

/** Verdict of one rule. Only MUST and SEC rules can fail; a finding of another level is a warning. */
export function judgeRule(rule: Rule, evidence: Evidence): RuleResult {
  const base = { id: rule.id, title: rule.title, level: rule.level, severity: rule.severity };
  const answer = judgeKnowingLosses((seen) => rule.judge(seen), evidence);
  const judgement = FROM_OUTSIDE.test(rule.id) ? answer : withoutBenchLimits(answer);
  if (judgement.kind !== "judged") return { ...base, verdict: judgement.kind, reason: judgement.reason, findings: [] };
  const binding = rule.level === "MUST" || rule.level === "SEC";
  const hard = judgement.findings.some((finding) => finding.soft !== true);
  const verdict: Verdict = judgement.findings.length === 0 ? "pass" : binding && hard ? "fail" : "warn";
  return { ...base, verdict, reason: judgement.basis, findings: judgement.findings };
}

/** What the whole set says of the plugin. */
export type Conformance = "conforming" | "not-conforming" | "cannot-judge";

/** How a remark on what was left out begins that leaves the verdict open. */
export const CUT_SHORT = "cut short";

/**
 * One failed MUST or SEC makes a plugin non-conforming; a MUST that could not be judged leaves it open, and so does a run that was cut short.
 * What lies outside of the run does not count.
 */
export function conformanceOf(all: readonly RuleResult[], leftOut: readonly string[] = []): Conformance {
  const results = all.filter((r) => r.outside !== true);
  if (results.some((r) => r.verdict === "fail")) return "not-conforming";
  if (results.length === 0) return "cannot-judge";
  if (results.some((r) => r.verdict === "inconclusive" && (r.level === "MUST" || r.level === "SEC"))) return "cannot-judge";
  if (leftOut.some((what) => what.startsWith(CUT_SHORT))) return "cannot-judge";
  return "conforming";
}

export function judgeAll(rules: readonly Rule[], evidence: Evidence): RuleResult[] {
  return rules.map((rule) => judgeRule(rule, evidence));
}
