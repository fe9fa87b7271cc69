/** JUnit XML: a test suite per rule group, a test case per rule, so that CI systems show rules as tests. */
import type { Certification } from "../certify/certify.js";
import type { RuleResult } from "../../conformance/rule.js";

const escape = (text: string): string =>
  // Control characters that XML 1.0 cannot hold become a replacement character.
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

export function junitXml(certification: Certification): string {
  const groups = new Map<string, RuleResult[]>();
  for (const result of certification.results) {
    const group = result.id.split("-", 1)[0]!;
    groups.set(group, [...(groups.get(group) ?? []), result]);
  }
  const count = (results: readonly RuleResult[], ...verdicts: string[]): number => results.filter((r) => verdicts.includes(r.verdict)).length;
  const suites = [...groups].map(([group, results]) => `  <testsuite name="${group}" tests="${results.length}" failures="${count(results, "fail")}" errors="0" skipped="${count(results, "not-applicable", "inconclusive")}">\n${results.map(testCase).join("")}  </testsuite>\n`);
  const all = certification.results;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escape(`kalico-hil ${certification.plugin.name}`)}" tests="${all.length}" failures="${count(all, "fail")}" errors="0" skipped="${count(all, "not-applicable", "inconclusive")}">\n${suites.join("")}</testsuites>\n`;
}

function testCase(result: RuleResult): string {
  const open = `    <testcase classname="kalico-hil.${result.id.split("-", 1)[0]}" name="${escape(`${result.id} ${result.title}`)}"`;
  const text = result.findings.map((f) => `${f.place === undefined ? "" : `${f.place.file}${f.place.line === undefined ? "" : `:${f.place.line}`}: `}${f.message}\n  change: ${f.remedy}`).join("\n");
  switch (result.verdict) {
    case "fail": return `${open}>\n      <failure message="${escape(result.findings[0]?.message ?? "")}" type="${result.level}">${escape(text)}</failure>\n    </testcase>\n`;
    case "warn": return `${open}>\n      <system-out>${escape(`warning: ${text}`)}</system-out>\n    </testcase>\n`;
    case "not-applicable": case "inconclusive": return `${open}>\n      <skipped message="${escape(`${result.verdict}: ${result.reason}`)}"/>\n    </testcase>\n`;
    case "pass": return `${open}/>\n`;
  }
}
