/** A certification made by hand, with one result of every verdict: what reporter tests report on. */
import { catalogue } from "../../conformance/catalogue.js";
import type { Evidence } from "../../conformance/evidence.js";
import { conformanceOf } from "../../conformance/judge.js";
import type { Finding, RuleResult, Verdict } from "../../conformance/rule.js";
import type { Certification } from "../certify/certify.js";

/** Text with everything that XML, JSON and terminals treat specially. */
export const AWKWARD = `<a href="x">'&amp;' ]]> \u0000\u001b[31mred\u001b[0m \ud83d\ude00 line\nbreak`;

const evidence: Evidence = {
  plugin: {
    path: "/plugins/sample", form: "package", name: "sample", version: "1.2.3", summary: "", description: "", plugins: { sample: "/plugins/sample/index.js" },
    exports: { sample: ["loadConfig"] }, manifestProblems: [], import: { ok: true, seconds: 0, heapBytes: 0, sideEffects: [] },
  },
  sections: ["sample"], capabilities: [], schema: [], commands: [], probes: [], sessions: [], comparisons: [], configUse: [],
};

/** The result of a rule of the catalogue. */
export function sampleResult(id: string, verdict: Verdict, findings: Finding[] = [], reason = "3 sessions"): RuleResult {
  const rule = catalogue.find((r) => r.id === id);
  if (rule === undefined) throw new Error(`The catalogue has no rule ${id}`);
  return { id, title: rule.title, level: rule.level, severity: rule.severity, verdict, reason, findings };
}

const FINDING: Finding = {
  message: `getStatus of "sample" returned NaN in "value"`, remedy: "return null while there is no value",
  place: { file: "src/sample.ts", line: 12 }, evidence: ["value: NaN at 12.5 s"], scenario: "idle", eventTime: 12.5,
};

/** @param results default: one of every verdict */
export function sampleCertification(results: RuleResult[] = [
  sampleResult("LOAD-001", "pass"),
  sampleResult("STA-007", "fail", [FINDING, { message: AWKWARD, remedy: "escape it" }]),
  sampleResult("LOAD-004", "warn", [{ message: "importing costs 0.70 s", remedy: "import later" }]),
  sampleResult("GC-001", "not-applicable", [], "the plugin registers no command"),
  sampleResult("MOT-001", "inconclusive", [], "the print did not come to its end"),
]): Certification {
  return {
    plugin: { name: "sample", version: "1.2.3", path: "/plugins/sample" }, evidence, results, conformance: conformanceOf(results),
    timing: { printSeconds: 1234.5, wallSeconds: 2, realTimeFactor: 617.25, steps: 100_000, minSlackSeconds: 0.105 },
    traceHash: "0123456789abcdef", seed: 1, board: "atmega2560", effort: "quick",
    exercised: { sessions: 3, configurations: 20, commandCalls: 10, statusCalls: 400, stepsCompared: 90_000 },
    scenarios: new Map(), leftOut: [],
  };
}
