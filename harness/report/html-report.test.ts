import { describe, expect, it } from "vitest";
import { AWKWARD, sampleCertification } from "../testing/sample-certification.js";
import { escapeText, html, jsonForScript, Markup } from "./markup.js";
import { htmlReport, ranges } from "./html-report.js";
import { ruleChanges } from "./compare-runs.js";
import { runFile } from "./run-file.js";

describe("the report's HTML", () => {
  const page = htmlReport(runFile(sampleCertification(), new Map([["idle", "counter-examples/a.json"]])));

  it("holds verdict, requirement, finding, remedy, place, evidence", () => {
    for (const text of ["sample 1.2.3", "Not conforming", "getStatus of &quot;sample&quot; returned NaN", "Change: return null while there is no value", "src/sample.ts:12", "value: NaN at 12.5 s"]) expect(page).toContain(text);
  });

  it("escapes whatever findings say", () => {
    expect(page).not.toContain(`<a href="x">'`);
    expect(page).toContain(escapeText(AWKWARD));
  });

  it("asks for nothing from elsewhere", () => {
    expect(page.replace(/\/\*[\s\S]*?\*\//g, "")).not.toMatch(/(?:src|href)="https?:|@import|url\(https?:/);
    expect(page).toContain("default-src 'none'");
  });

  it("says that a run without prints has no pictures", () => {
    expect(page).toContain("This run holds no pictures");
  });
});

describe("markup", () => {
  it("escapes text and keeps markup", () => {
    expect(html`<p>${"<b>&\u0000\ud83d"}</p>${new Markup("<br>")}`.text).toBe("<p>&lt;b&gt;&amp;\ufffd\ufffd</p><br>");
  });
  it("writes data that cannot end its script", () => {
    const text = jsonForScript({ a: "</script><!--\u2028" }).text;
    expect(text).not.toContain("<");
    expect(JSON.parse(text)).toEqual({ a: "</script><!--\u2028" });
  });
});

describe("ranges of lines", () => {
  it("says runs of lines in short", () => expect(ranges([[3, 5], [9, 9], [11, 12]])).toBe("3-5, 9, 11-12"));
});

describe("two runs", () => {
  it("differ in the rules whose verdict differs", () => {
    const run = runFile(sampleCertification());
    expect(ruleChanges(run, run)).toEqual([]);
    const fixed = { ...run, result: { ...run.result, rules: run.result.rules.map((r) => (r.id === "STA-007" ? { ...r, verdict: "pass" as const, findings: [] } : r)) } };
    expect(ruleChanges(fixed, run)).toMatchObject([{ id: "STA-007", before: "fail", after: "pass" }]);
  });
});
