/** The report for people at a terminal: what was done, each finding with what to change, the verdict. */
import type { Certification } from "../certify/certify.js";
import type { RuleResult } from "../../conformance/rule.js";

const WORD: Record<RuleResult["verdict"], string> = { pass: "pass", fail: "FAIL", warn: "warn", inconclusive: "open", "not-applicable": "n/a" };
const VERDICT = { conforming: "CONFORMING", "not-conforming": "NOT CONFORMING", "cannot-judge": "CANNOT JUDGE" } as const;

/** @param replayFile file written for a finding's scenario, by scenario id */
export function textReport(certification: Certification, replayFile: ReadonlyMap<string, string> = new Map(), verbose = false): string[] {
  const { results, exercised, timing } = certification;
  const out: string[] = [];
  for (const result of results) {
    if (!verbose && result.verdict === "not-applicable") continue;
    out.push(`${WORD[result.verdict].padEnd(5)} ${result.id.padEnd(9)} ${result.title}${result.verdict === "pass" ? ` (${result.reason})` : ""}`);
    if (result.verdict === "inconclusive" || result.verdict === "not-applicable") out.push(`        ${result.reason}`);
    for (const finding of result.findings) {
      const place = finding.place === undefined ? "" : `${finding.place.file}${finding.place.line === undefined ? "" : `:${finding.place.line}`}: `;
      out.push(`        ${place}${finding.message}`, `        change: ${finding.remedy}`);
      for (const line of finding.evidence?.slice(0, 4) ?? []) out.push(`          ${line}`);
      const file = finding.scenario === undefined ? undefined : replayFile.get(finding.scenario);
      if (file !== undefined) out.push(`        replay: kalico-hil replay ${file}`);
    }
  }
  const count = (verdict: RuleResult["verdict"]): number => results.filter((r) => r.verdict === verdict).length;
  out.push(
    "",
    `exercised: ${exercised.sessions} sessions, ${exercised.configurations} configurations, ${exercised.commandCalls} command calls, ${exercised.statusCalls} status queries, ${exercised.stepsCompared} steps compared`,
    `${timing.printSeconds.toFixed(0)} s of printer life in ${timing.wallSeconds.toFixed(1)} s, ${timing.steps} steps, least lead ${timing.minSlackSeconds === null ? "–" : `${(timing.minSlackSeconds * 1000).toFixed(0)} ms`}, board ${certification.board}, seed ${certification.seed}, trace ${certification.traceHash}`,
    `${count("pass")} pass, ${count("warn")} warn, ${count("fail")} fail, ${count("inconclusive")} open, ${count("not-applicable")} not applicable`,
    `${certification.plugin.name} ${certification.plugin.version}: ${VERDICT[certification.conformance]}`,
  );
  return out;
}
