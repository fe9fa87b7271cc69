import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Draft04 from "ajv-draft-04";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../conformance/catalogue.js";
import { VERDICTS } from "../../conformance/rule.js";
import { rule } from "../certify/policy.js";
import { annotations, summaryMarkdown } from "../cli/summary-command.js";
import { runFile } from "../report/run-file.js";
import { sampleCertification, sampleResult } from "../testing/sample-certification.js";
import { sarifLog } from "./sarif.js";

const schema = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8")) as object;
const Ajv = Draft04 as unknown as typeof Draft04.default;
const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false }).compile(schema);

const problems = (log: unknown): string[] => {
  validate(JSON.parse(JSON.stringify(log)));
  return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? ""}`);
};
const run = runFile(sampleCertification(), new Map([["idle", "counter-examples/a.json"]]));

describe("SARIF", () => {
  it("keeps the schema of the standard", () => expect(problems(sarifLog(run, "/plugins"))).toEqual([]));

  it.each(VERDICTS)("keeps it when every rule of the catalogue is: %s", (verdict) => {
    const all = catalogue.map((r) => sampleResult(r.id, verdict, verdict === "fail" ? [{ message: "seen", remedy: "change", place: { file: "a b.py", line: 3 } }] : []));
    expect(problems(sarifLog(runFile(sampleCertification(all)), "/plugins"))).toEqual([]);
  });

  it("is refused by the schema with another version", () => expect(problems({ ...sarifLog(run, "/plugins"), version: "3" })).not.toEqual([]));

  it("puts a finding on the plugin's own line, seen from the repository", () => {
    const result = sarifLog(run, "/plugins").runs[0]!.results!.find((r) => r.ruleId === "STA-007")!;
    expect(result).toMatchObject({ level: "error", locations: [{ physicalLocation: { artifactLocation: { uri: "sample/src/sample.ts" }, region: { startLine: 12 } } }], properties: { replay: "kalico-hil replay counter-examples/a.json" } });
    expect(sarifLog(run, "/plugins").runs[0]!.tool.driver.rules![result.ruleIndex!]!.id).toBe("STA-007");
  });

  it("suppresses what is waived, with the reason", () => {
    const certification = sampleCertification();
    certification.ruling = rule(certification.results, { waivers: [{ rule: "STA-007", reason: "known", expires: "2999-01-01" }], certified: false, today: "2026-01-01", leftOut: [] });
    const log = sarifLog(runFile(certification), "/plugins");
    expect(problems(log)).toEqual([]);
    expect(log.runs[0]!.results!.filter((r) => r.ruleId === "STA-007").every((r) => r.suppressions?.[0]?.justification === "known (until 2999-01-01)")).toBe(true);
  });
});

describe("summary for CI", () => {
  it("annotates the plugin's line as an error, a warning as a warning", () => {
    const lines = annotations(run, "/plugins");
    expect(lines[0]).toMatch(/^::(error|warning) /);
    expect(lines).toContainEqual(expect.stringMatching(/^::error file=sample\/src\/sample\.ts,line=12,title=STA-007 .*::getStatus of "sample" returned NaN in "value"%0AChange: /));
    expect(lines).toContainEqual(expect.stringMatching(/^::warning title=LOAD-004 /));
    expect(lines.every((line) => !line.includes("\n"))).toBe(true);
  });
  it("tables every rule once", () => {
    const text = summaryMarkdown(run, []);
    for (const { id } of run.result.rules) expect(text.split("\n").filter((line) => line.startsWith(`| ${id} |`))).toHaveLength(1);
  });
});
