import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../conformance/catalogue.js";
import { VERDICTS } from "../../conformance/rule.js";
import { sampleCertification, sampleResult } from "../testing/sample-certification.js";
import { resultJson } from "./result-json.js";

const schema = JSON.parse(readFileSync(new URL("./result.schema.json", import.meta.url), "utf8")) as object;
const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const validate = ajv.compile(schema);

/** What the schema finds in the text that is written to the file. */
function problems(value: unknown): string[] {
  validate(JSON.parse(JSON.stringify(value)));
  return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? ""}`);
}

describe("JSON result", () => {
  it("keeps its schema with every verdict", () => {
    expect(problems(resultJson(sampleCertification()))).toEqual([]);
  });

  it.each(VERDICTS)("keeps its schema when every rule of the catalogue is: %s", (verdict) => {
    const results = catalogue.map((rule) => sampleResult(rule.id, verdict));
    expect(problems(resultJson(sampleCertification(results)))).toEqual([]);
  });

  it("keeps its schema when nothing was printed", () => {
    const certification = sampleCertification([]);
    certification.timing = { printSeconds: 0, wallSeconds: 0.1, realTimeFactor: 0, steps: 0, minSlackSeconds: null };
    expect(problems(resultJson(certification))).toEqual([]);
  });

  it("names the counter-example of a finding, and only of that", () => {
    const json = resultJson(sampleCertification(), new Map([["idle", "counter-examples/a.json"]]));
    const findings = json.rules.flatMap((rule) => rule.findings);
    expect(problems(json)).toEqual([]);
    expect(findings.map((f) => f.counterExample)).toEqual(["counter-examples/a.json", undefined, undefined]);
  });

  it("is refused by the schema without a verdict, with another verdict, or with a part that is not in it", () => {
    const { verdict: _verdict, ...without } = resultJson(sampleCertification());
    expect(problems(without)).not.toEqual([]);
    expect(problems({ ...without, verdict: "perhaps" })).not.toEqual([]);
    expect(problems({ ...resultJson(sampleCertification()), more: 1 })).not.toEqual([]);
  });
});
