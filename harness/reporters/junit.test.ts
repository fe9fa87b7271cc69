import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { AWKWARD, sampleCertification, sampleResult } from "../testing/sample-certification.js";
import { junitXml } from "./junit.js";

interface Case { name: string; classname: string; failure?: { message: string; type: string; "#text": string }; skipped?: { message: string } | string; "system-out"?: string }
interface Suite { name: string; tests: string; failures: string; errors: string; skipped: string; testcase: Case[] }
interface Report { testsuites: { name: string; tests: string; failures: string; skipped: string; testsuite: Suite[] } }

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "", processEntities: true, isArray: (name) => name === "testsuite" || name === "testcase" });
const parse = (xml: string): Report => parser.parse(xml) as Report;

describe("JUnit report", () => {
  it("is well-formed, whatever findings say", () => {
    expect(XMLValidator.validate(junitXml(sampleCertification()))).toBe(true);
  });

  it("shows a rule as a test case in the suite of its group", () => {
    const { testsuites } = parse(junitXml(sampleCertification()));
    expect(testsuites.testsuite.map((s) => [s.name, s.testcase.map((c) => c.name.split(" ", 1)[0])])).toEqual([
      ["LOAD", ["LOAD-001", "LOAD-004"]], ["STA", ["STA-007"]], ["GC", ["GC-001"]], ["MOT", ["MOT-001"]],
    ]);
  });

  it("counts what it shows", () => {
    const { testsuites } = parse(junitXml(sampleCertification()));
    expect(testsuites).toMatchObject({ tests: "5", failures: "1", skipped: "2" });
    for (const suite of testsuites.testsuite) {
      expect(Number(suite.tests)).toBe(suite.testcase.length);
      expect(Number(suite.failures)).toBe(suite.testcase.filter((c) => c.failure !== undefined).length);
      expect(Number(suite.skipped)).toBe(suite.testcase.filter((c) => c.skipped !== undefined).length);
    }
  });

  it("tells of a failure where it is, what was seen and what to change", () => {
    const failed = parse(junitXml(sampleCertification())).testsuites.testsuite[1]!.testcase[0]!;
    expect(failed.failure).toMatchObject({ message: `getStatus of "sample" returned NaN in "value"`, type: "MUST" });
    expect(failed.failure!["#text"]).toContain("src/sample.ts:12: ");
    expect(failed.failure!["#text"]).toContain("change: return null while there is no value");
  });

  it("keeps awkward text, but for characters that XML cannot hold", () => {
    const failed = parse(junitXml(sampleCertification())).testsuites.testsuite[1]!.testcase[0]!;
    expect(failed.failure!["#text"]).toContain(AWKWARD.replace(/[\u0000\u001b]/g, "\ufffd"));
  });

  it("passes a warning and says it in the output", () => {
    const warned = parse(junitXml(sampleCertification())).testsuites.testsuite[0]!.testcase[1]!;
    expect(warned.failure).toBeUndefined();
    expect(warned["system-out"]).toContain("importing costs 0.70 s");
  });

  it("is a report without suites when no rule was judged", () => {
    const xml = junitXml(sampleCertification([]));
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(parse(xml).testsuites).toMatchObject({ tests: "0" });
  });

  it("holds a lone half of a surrogate pair", () => {
    const xml = junitXml(sampleCertification([sampleResult("STA-007", "fail", [{ message: "half \ud83d of it", remedy: "x" }])]));
    expect(Buffer.from(xml, "utf8").toString("utf8")).toContain("half \ufffd of it");
  });
});
