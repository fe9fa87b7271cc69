/** The report for people at a terminal: what was done, each finding with what to change, the verdict. */
import type { Certification } from "../certify/certify.js";
import type { RuledResult } from "../certify/policy.js";
import type { LineCoverage } from "../../conformance/evidence.js";
import type { RuleResult } from "../../conformance/rule.js";

const WORD: Record<RuleResult["verdict"], string> = { pass: "pass", fail: "FAIL", warn: "warn", inconclusive: "open", "not-applicable": "n/a" };
const VERDICT = { certified: "CERTIFIED", conforming: "CONFORMING", "not-conforming": "NOT CONFORMING", "cannot-judge": "CANNOT JUDGE" } as const;

/** @param replayFile file written for a finding's scenario, by scenario id */
export function textReport(certification: Certification, replayFile: ReadonlyMap<string, string> = new Map(), verbose = false): string[] {
  const { results, exercised, timing } = certification;
  const out: string[] = [];
  const judged: readonly RuledResult[] = certification.ruling?.results ?? results;
  const notRun = certification.evidence.attachedBoard?.notRun;
  for (const result of judged) {
    // One reason stands for all of them; it is told below.
    if (!verbose && (result.outside === true || (notRun !== undefined && result.verdict === "inconclusive"))) continue;
    if (!verbose && result.verdict === "not-applicable") continue;
    out.push(`${WORD[result.verdict].padEnd(5)} ${result.id.padEnd(9)} ${result.title}${result.verdict === "pass" ? ` (${result.reason})` : result.waiver !== undefined ? ` (waived until ${result.waiver.expires})` : result.known === true ? " (known)" : ""}`);
    if (result.verdict === "inconclusive" || result.verdict === "not-applicable") out.push(`        ${result.reason}`);
    for (const finding of result.findings) {
      const place = finding.place === undefined ? "" : `${finding.place.file}${finding.place.line === undefined ? "" : `:${finding.place.line}`}: `;
      out.push(`        ${place}${finding.message}`, `        change: ${finding.remedy}`);
      for (const line of finding.evidence?.slice(0, 4) ?? []) out.push(`          ${line}`);
      const file = finding.scenario === undefined ? undefined : replayFile.get(finding.scenario);
      if (file !== undefined) out.push(`        replay: kalico-hil replay ${file}`);
    }
  }
  for (const note of certification.evidence.plugin.notes ?? []) out.push(`note  ${note}`);
  out.push(...coverageLines(certification.evidence.coverage));
  const { ruling } = certification;
  for (const { rule, state, expires, reason, findings } of ruling?.waivers ?? []) {
    out.push(`waiver ${rule} until ${expires}: ${state === "used" ? `sets ${findings} finding${findings === 1 ? "" : "s"} aside` : state === "unneeded" ? "not needed any more, remove it" : "expired, does not count"} (${reason})`);
  }
  for (const { id } of ruling?.results.filter((r) => r.known === true) ?? []) out.push(`known  ${id} is in the baseline`);
  for (const { what, detail } of certification.nondeterminism ?? []) out.push(`NOT DETERMINISTIC  ${what}: ${detail}`);
  for (const reason of certification.leftOut) out.push(`left out: ${reason}`);
  for (const reason of ruling?.notCertified ?? []) out.push(`not certified: ${reason}`);
  const outside = results.filter((r) => r.outside === true);
  const { attachedBoard, pinProfile } = certification.evidence;
  if (attachedBoard !== undefined) {
    const { mcu, firmware, port, stopped } = attachedBoard;
    out.push("", `on the board ${mcu} (${firmware}) at ${port}; profile "${pinProfile?.name ?? ""}" allows ${pinProfile?.allow.join(", ") || "no pin"}`);
    out.push(notRun !== undefined ? `nothing was sent to it but questions: ${notRun}` : stopped ? "it was stopped by an emergency stop, and said so: FIRMWARE_RESTART or a reset brings it back" : "IT DID NOT CONFIRM THE EMERGENCY STOP: switch it off");
    if (outside.length > 0 && notRun === undefined) out.push(`not judged on a board: ${outside.map((r) => r.id).join(", ")} (without --mcu they are judged in virtual time; -v says why)`);
  }
  const count = (verdict: RuleResult["verdict"]): number => results.filter((r) => r.verdict === verdict && r.outside !== true).length;
  out.push(
    "",
    `exercised: ${exercised.sessions} sessions, ${exercised.configurations} configurations, ${exercised.commandCalls} command calls, ${exercised.statusCalls} status queries, ${exercised.stepsCompared} steps compared`,
    attachedBoard !== undefined ? `${timing.printSeconds.toFixed(0)} s on the board, ${timing.wallSeconds.toFixed(1)} s in all, seed ${certification.seed}` : `${timing.printSeconds.toFixed(0)} s of printer life in ${timing.wallSeconds.toFixed(1)} s, ${timing.steps} steps, least lead ${timing.minSlackSeconds === null ? "–" : `${(timing.minSlackSeconds * 1000).toFixed(0)} ms`}, board ${certification.board}, seed ${certification.seed}, trace ${certification.traceHash}`,
    `${count("pass")} pass, ${count("warn")} warn, ${count("fail")} fail, ${count("inconclusive")} open, ${count("not-applicable")} not applicable${outside.length > 0 ? `, ${outside.length} not judged on a board` : ""}`,
    `${certification.plugin.name} ${certification.plugin.version}: ${VERDICT[ruling?.verdict ?? certification.conformance]}${attachedBoard === undefined ? "" : " (on an attached board)"}`,
  );
  return out;
}

/** Most ranges of lines that are named for one file. */
const MAX_RANGES = 12;

/** Which of the plugin's lines ran: a pass says nothing of the others. */
function coverageLines(coverage: Certification["evidence"]["coverage"]): string[] {
  if (coverage === undefined) return [];
  const sum = (pick: (file: LineCoverage) => number): number => coverage.reduce((total, file) => total + pick(file), 0);
  const [lines, ran] = [sum((file) => file.lines), sum((file) => file.ran)];
  const out = ["", `lines of the plugin that ran: ${ran} of ${lines}${lines === 0 ? "" : ` (${Math.floor((100 * ran) / lines)} %)`}`];
  for (const { file, never } of coverage) {
    if (never.length === 0) continue;
    const shown = never.slice(0, MAX_RANGES).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    out.push(`        never ran: ${file} ${shown.join(", ")}${never.length > MAX_RANGES ? `, and ${never.length - MAX_RANGES} more places` : ""}`);
  }
  return out;
}
