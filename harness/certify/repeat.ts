/** Runs of one seed set against each other: the worst verdict counts, and what differs is told. A repetition mends nothing. */
import { conformanceOf } from "../../conformance/judge.js";
import { VERDICTS, type RuleResult } from "../../conformance/rule.js";
import type { Certification, Nondeterminism } from "./certify.js";
import { whereTracesPart } from "./shards.js";

export function combineRepeats(runs: readonly Certification[]): Certification {
  const first = runs[0]!;
  const differences: Nondeterminism[] = [];
  const results = first.results.map((result): RuleResult => {
    const same = runs.map((run) => run.results.find((r) => r.id === result.id)!);
    const worst = same.reduce((a, b) => (VERDICTS.indexOf(b.verdict) > VERDICTS.indexOf(a.verdict) ? b : a));
    if (same.some((r) => r.verdict !== result.verdict)) differences.push({ what: result.id, detail: `${same.length} runs with seed ${first.seed} judge it ${same.map((r) => r.verdict).join(", ")}` });
    return worst;
  });
  for (const session of first.evidence.sessions) {
    const other = runs.map((run) => run.evidence.sessions.find((s) => s.id === session.id)).find((s) => s?.trace !== undefined && session.trace !== undefined && s.trace.traceHash !== session.trace.traceHash);
    if (other !== undefined) differences.push({ what: session.id, detail: whereTracesPart(session, other) });
  }
  const leftOut = [...new Set(runs.flatMap((r) => r.leftOut))];
  return { ...first, results, conformance: conformanceOf(results, leftOut), ...(differences.length === 0 ? {} : { nondeterminism: differences }), leftOut };
}
