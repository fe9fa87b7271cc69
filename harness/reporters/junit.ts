/** JUnit XML: a test suite per rule group, a test case per rule, so that CI systems show rules as tests. */
import type { Certification } from "../certify/certify.js";
import type { RuledResult } from "../certify/policy.js";

const escape = (text: string): string =>
  // Control characters that XML 1.0 cannot hold become a replacement character.
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

export function junitXml(certification: Certification): string {
  const groups = new Map<string, RuledResult[]>();
  const judged: readonly RuledResult[] = certification.ruling?.results ?? certification.results;
  for (const result of judged) {
    const group = result.id.split("-", 1)[0]!;
    groups.set(group, [...(groups.get(group) ?? []), result]);
  }
  const count = (results: readonly RuledResult[], ...verdicts: string[]): number => results.filter((r) => verdicts.includes(r.verdict) && (r.verdict !== "fail" || setAside(r) === undefined)).length;
  const runProperties: [string, string][] = [["plugin", `${certification.plugin.name} ${certification.plugin.version}`], ["verdict", certification.ruling?.verdict ?? certification.conformance], ["seed", String(certification.seed)], ["board", certification.board], ["effort", certification.effort], ["trace", certification.traceHash]];
  const suites = [...groups].map(([group, results]) => `  <testsuite name="${group}" tests="${results.length}" failures="${count(results, "fail")}" errors="0" skipped="${count(results, "not-applicable", "inconclusive") + waived(results)}">\n${results.map((r) => testCase(r, properties(r, certification))).join("")}  </testsuite>\n`);
  const all = judged;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escape(`kalico-hil ${certification.plugin.name}`)}" tests="${all.length}" failures="${count(all, "fail")}" errors="0" skipped="${count(all, "not-applicable", "inconclusive") + waived(all)}">\n${list(runProperties, "  ")}${suites.join("")}</testsuites>\n`;
}

/** A failure that is waived or known is shown as skipped, with the reason. */
const setAside = (result: RuledResult): string | undefined =>
  result.waiver !== undefined ? `waived until ${result.waiver.expires}: ${result.waiver.reason}` : result.known === true ? "known from the baseline" : undefined;
const waived = (results: readonly RuledResult[]): number => results.filter((r) => r.verdict === "fail" && setAside(r) !== undefined).length;

function properties(result: RuledResult, certification: Certification): string {
  const pairs: [string, string][] = [["level", result.level], ["severity", result.severity], ["verdict", result.verdict], ["reason", result.reason]];
  for (const { place } of result.findings) if (place !== undefined) pairs.push(["place", `${place.file}${place.line === undefined ? "" : `:${place.line}`}`]);
  if ((certification.nondeterminism ?? []).some((n) => n.what === result.id)) pairs.push(["flaky", "true"]);
  return list(pairs, "      ");
}

const list = (pairs: readonly (readonly [string, string])[], indent: string): string =>
  `${indent}<properties>\n${pairs.map(([name, value]) => `${indent}  <property name="${escape(name)}" value="${escape(value)}"/>\n`).join("")}${indent}</properties>\n`;

function testCase(result: RuledResult, properties: string): string {
  const open = `    <testcase classname="kalico-hil.${result.id.split("-", 1)[0]}" name="${escape(`${result.id} ${result.title}`)}"`;
  const text = result.findings.map((f) => `${f.place === undefined ? "" : `${f.place.file}${f.place.line === undefined ? "" : `:${f.place.line}`}: `}${f.message}\n  change: ${f.remedy}`).join("\n");
  switch (result.verdict) {
    case "fail": return setAside(result) !== undefined ? `${open}>\n${properties}      <skipped message="${escape(setAside(result)!)}"/>\n      <system-out>${escape(text)}</system-out>\n    </testcase>\n` : `${open}>\n${properties}      <failure message="${escape(result.findings[0]?.message ?? "")}" type="${result.level}">${escape(text)}</failure>\n    </testcase>\n`;
    case "warn": return `${open}>\n${properties}      <system-out>${escape(`warning: ${text}`)}</system-out>\n    </testcase>\n`;
    case "not-applicable": case "inconclusive": return `${open}>\n${properties}      <skipped message="${escape(`${result.verdict}: ${result.reason}`)}"/>\n    </testcase>\n`;
    case "pass": return `${open}>\n${properties}    </testcase>\n`;
  }
}
