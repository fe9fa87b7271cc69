import { describe, expect, it } from "vitest";
import { sampleResult } from "../testing/sample-certification.js";
import { ManifestError, manifestOf } from "./conformance-manifest.js";
import { findingKey, rule, type PolicyOptions } from "./policy.js";

const options = (more: Partial<PolicyOptions> = {}): PolicyOptions => ({ waivers: [], certified: false, today: "2026-11-23", leftOut: [], ...more });
const failed = sampleResult("STA-007", "fail", [{ message: "returned NaN in value after 12.5 s", remedy: "x", place: { file: "a.py", line: 3 } }]);
const passed = sampleResult("LOAD-001", "pass");
const waiver = (expires: string, id = "STA-007"): PolicyOptions["waivers"][number] => ({ rule: id, reason: "known to the front end", expires });

describe("policy", () => {
  it("lets a waiver set a failure aside until its day is over, and keeps the failure in sight", () => {
    const ruling = rule([passed, failed], options({ waivers: [waiver("2026-11-23")] }));
    expect(ruling.verdict).toBe("conforming");
    expect(ruling.results[1]).toMatchObject({ verdict: "fail", waiver: { reason: "known to the front end", expires: "2026-11-23" } });
    expect(ruling.waivers).toMatchObject([{ state: "used", findings: 1 }]);
    const late = rule([passed, failed], options({ waivers: [waiver("2026-11-22")] }));
    expect(late.verdict).toBe("not-conforming");
    expect(late.waivers).toMatchObject([{ state: "expired" }]);
  });

  it("reports a waiver that nothing needs", () => {
    expect(rule([passed], options({ waivers: [waiver("2027-01-01", "LOAD-001")] })).waivers).toMatchObject([{ rule: "LOAD-001", state: "unneeded" }]);
  });

  it("waives only the findings that the waiver names", () => {
    expect(rule([failed], options({ waivers: [{ ...waiver("2027-01-01"), finding: "b.py" }] })).verdict).toBe("not-conforming");
    expect(rule([failed], options({ waivers: [{ ...waiver("2027-01-01"), finding: "a.py" }] })).verdict).toBe("conforming");
  });

  it("fails only on what the baseline does not know, whatever the figures", () => {
    const before = new Set([findingKey("STA-007", { message: "returned NaN in value after 99 s", place: { file: "a.py", line: 90 } })]);
    expect(rule([failed], options({ baseline: before })).verdict).toBe("conforming");
    const worse = sampleResult("STA-007", "fail", [...failed.findings, { message: "returned NaN in other", remedy: "x" }]);
    expect(rule([worse], options({ baseline: before })).verdict).toBe("not-conforming");
  });

  it("certifies only when nothing is skipped, waived, known or open", () => {
    expect(rule([passed], options({ certified: true })).verdict).toBe("certified");
    expect(rule([passed, failed], options({ certified: true })).verdict).toBe("not-conforming");
    expect(rule([passed, failed], options({ certified: true, waivers: [waiver("2027-01-01")] }))).toMatchObject({ verdict: "cannot-judge", notCertified: ["STA-007 is waived"] });
    expect(rule([passed], options({ certified: true, leftOut: ["only the rules LOAD-*"] })).verdict).toBe("cannot-judge");
    expect(rule([passed, sampleResult("LOAD-004", "inconclusive")], options({ certified: true })).verdict).toBe("cannot-judge");
  });

  it("never calls a run conforming that was cut short", () => {
    expect(rule([passed], options({ leftOut: ["cut short after 5 minutes"] })).verdict).toBe("cannot-judge");
  });
});

describe("conformance manifest", () => {
  it("reads capabilities and waivers", () => {
    expect(manifestOf({ capabilities: { moves: true, heats: false, network: ["example.com"], overrides: ["M600"] }, waivers: [{ rule: "SEC-006", reason: "r", expires: "2027-06-30" }] }, "m")).toEqual({
      file: "m", capabilities: ["moves", "network:example.com", "overrides:M600"], waivers: [{ rule: "SEC-006", reason: "r", expires: "2027-06-30" }],
    });
  });
  it.each<[string, Record<string, unknown>, RegExp]>([
    ["without a reason", { waivers: [{ rule: "SEC-006", expires: "2027-06-30" }] }, /m: waiver 1 has no reason/],
    ["without a day", { waivers: [{ rule: "SEC-006", reason: "r" }] }, /has no expires/],
    ["with a day that is none", { waivers: [{ rule: "SEC-006", reason: "r", expires: "soon" }] }, /must be a day such as/],
    ["of a rule that is none", { waivers: [{ rule: "SEC-999", reason: "r", expires: "2027-06-30" }] }, /no rule "SEC-999"/],
    ["with an unknown key", { waivers: [{ rule: "SEC-006", reason: "r", expires: "2027-06-30", until: 1 }] }, /unknown key "until"/],
    ["with an unknown capability", { capabilities: { flies: true } }, /unknown capability "flies"/],
  ])("refuses one %s", (_what, table, message) => {
    expect(() => manifestOf(table, "m")).toThrow(ManifestError);
    expect(() => manifestOf(table, "m")).toThrow(message);
  });
});
