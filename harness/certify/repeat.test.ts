/** Repetitions and time limits. The part that runs plugins uses `dist`. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { junitXml } from "../reporters/junit.js";
import { textReport } from "../reporters/text.js";
import { runCommandLine } from "../testing/command-line.js";
import { sampleCertification, sampleResult } from "../testing/sample-certification.js";
import { GOOD_PLUGIN, scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import type * as CertifyModule from "./certify.js";
import { combineRepeats } from "./repeat.js";

vi.setConfig({ testTimeout: 300_000 });

const FOUND = { message: "a NaN", remedy: "none", place: { file: "level.py", line: 7 } };

describe("runs of one seed", () => {
  const pass = sampleCertification([sampleResult("STA-007", "pass"), sampleResult("LOAD-001", "pass")]);
  const fail = sampleCertification([sampleResult("STA-007", "fail", [FOUND]), sampleResult("LOAD-001", "pass")]);

  it.each([[[pass, fail, pass]], [[fail, pass]]])("that differ count as the worst of them: a retry never turns a failure into a pass", (runs) => {
    const combined = combineRepeats(runs);
    expect(combined.conformance).toBe("not-conforming");
    expect(combined.nondeterminism?.map((n) => n.what)).toEqual(["STA-007"]);
    expect(textReport(combined).some((line) => line.startsWith("NOT DETERMINISTIC  STA-007"))).toBe(true);
  });

  it("that agree are told as one", () => expect(combineRepeats([pass, pass]).nondeterminism).toBeUndefined());

  it("that differ are marked flaky in JUnit, which somebody else's parser reads with all properties", () => {
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "", isArray: (name) => ["testsuite", "testcase", "property"].includes(name) });
    interface Properties { property: { name: string; value: string }[] }
    const { testsuites } = parser.parse(junitXml(combineRepeats([pass, fail]))) as { testsuites: { properties: Properties; testsuite: { testcase: { name: string; properties: Properties }[] }[] } };
    const of = ({ property }: Properties): Record<string, string> => Object.fromEntries(property.map((p) => [p.name, p.value]));
    expect(of(testsuites.properties)).toMatchObject({ plugin: "sample 1.2.3", verdict: "not-conforming", seed: "1" });
    const cases = testsuites.testsuite.flatMap((s) => s.testcase);
    expect(of(cases.find((c) => c.name.startsWith("STA-007"))!.properties)).toEqual({ level: "MUST", severity: "S1", verdict: "fail", reason: "3 sessions", place: "level.py:7", flaky: "true" });
    expect(of(cases.find((c) => c.name.startsWith("LOAD-001"))!.properties)).not.toHaveProperty("flaky");
  });
});

describe("a run through the command line", () => {
  let scratch: ScratchDirectory;
  beforeAll(() => {
    scratch = scratchDirectory();
    scratch.write("level.js", GOOD_PLUGIN);
  });
  afterAll(() => scratch.remove());

  it("that is repeated runs as often as was asked, and the same each time", async () => {
    const { code, stdout, stderr } = await runCommandLine(["certify", "level.js", "--effort", "quick", "--rules", "STA-007", "--repeat", "3"], scratch.path);
    expect([code, stdout]).toEqual([0, expect.not.stringContaining("NOT DETERMINISTIC")]);
    expect(`${stdout}${stderr}`.match(/printing with the plugin idle/g)).toHaveLength(3);
  });

  it("whose minutes are over begins no further session, and cannot be judged", async () => {
    const built = fileURLToPath(new URL("../../dist/harness/certify/certify.js", import.meta.url));
    if (!existsSync(built)) throw new Error('This test runs on built files: run "npm run build" first');
    const { certify } = (await import(built)) as typeof CertifyModule;
    const sessions: string[] = [];
    const late = await certify(`${scratch.path}/level.js`, { seed: 1, effort: "deep", board: "atmega2560", maxMinutes: 0.02, onSession: (s) => { sessions.push(s.id); } });
    expect(late.leftOut[0]).toMatch(/^cut short after 0\.02 minutes, before: the session "/);
    expect(late.conformance).toBe("cannot-judge");
    expect(late.results.some((r) => r.verdict === "inconclusive")).toBe(true);
    expect(sessions.length).toBeLessThan(60);
  });
});
