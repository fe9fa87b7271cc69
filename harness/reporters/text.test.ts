import { describe, expect, it } from "vitest";
import { sampleCertification, sampleResult } from "../testing/sample-certification.js";
import { textReport } from "./text.js";

const report = (...args: Parameters<typeof textReport>): string => textReport(...args).join("\n");

describe("text report", () => {
  it("ends with the plugin and its verdict", () => {
    const last = (results: ReturnType<typeof sampleResult>[]): string | undefined => textReport(sampleCertification(results)).at(-1);
    expect(last([sampleResult("LOAD-001", "pass")])).toBe("sample 1.2.3: CONFORMING");
    expect(last([sampleResult("LOAD-001", "fail", [])])).toBe("sample 1.2.3: NOT CONFORMING");
    expect(last([sampleResult("LOAD-001", "inconclusive")])).toBe("sample 1.2.3: CANNOT JUDGE");
  });

  it("says of a finding where it is, what was seen, what to change and how to see it again", () => {
    const text = report(sampleCertification(), new Map([["idle", "counter-examples/a.json"]]));
    expect(text).toContain(`src/sample.ts:12: getStatus of "sample" returned NaN in "value"`);
    expect(text).toContain("change: return null while there is no value");
    expect(text).toContain("value: NaN at 12.5 s");
    expect(text).toContain("replay: kalico-hil replay counter-examples/a.json");
  });

  it("says what a pass rests on and why a rule is left open", () => {
    const text = report(sampleCertification());
    expect(text).toMatch(/^pass +LOAD-001 .*\(3 sessions\)$/m);
    expect(text).toMatch(/^open +MOT-001 .*\n +the print did not come to its end$/m);
  });

  it("lists rules that do not apply only when asked", () => {
    expect(report(sampleCertification())).not.toContain("GC-001");
    expect(report(sampleCertification(), new Map(), true)).toMatch(/^n\/a +GC-001 .*\n +the plugin registers no command$/m);
  });

  it("counts each verdict, those not listed too", () => {
    expect(report(sampleCertification())).toContain("1 pass, 1 warn, 1 fail, 1 open, 1 not applicable");
  });

  it("leaves out the least lead when nothing was scheduled", () => {
    const certification = sampleCertification();
    certification.timing.minSlackSeconds = null;
    expect(report(certification)).toContain("least lead –");
  });
});
