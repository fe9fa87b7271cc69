/** What a session had seen that was ended by force is lost: no rule may take silence for good behaviour. */
import { describe, expect, it } from "vitest";
import { catalogue } from "./catalogue.js";
import type { Evidence, SessionEvidence } from "./evidence.js";
import { conformanceOf, judgeAll } from "./judge.js";
import { scenarioOf } from "./scenario.js";

const scenario = (id: string) => scenarioOf({ id, seed: 1, board: "atmega2560", configText: "", walk: [{ do: "start" }, { do: "stop" }] });

const session = (id: string, more: Partial<SessionEvidence> = {}): SessionEvidence => ({
  id, scenario: scenario(id), outcome: "completed", state: "ready", message: "Printer is ready", virtualSeconds: 20, log: [], events: [], responses: [], contract: [], callbacks: [], calls: [],
  accesses: [], status: [], statusMutations: [], objects: [], statsAttribute: [], leftovers: [], zombies: [], lives: [], sideEffects: [], gcodeProbes: [], ...more,
});

const lost = (id: string): SessionEvidence => session(id, { outcome: "hung", state: "lost", message: "did not come to an end within 60 s", virtualSeconds: 0, lastCall: "get_status sleepy at 3.000 s" });

const evidenceOf = (sessions: SessionEvidence[]): Evidence => ({
  plugin: { path: "p.js", form: "file", name: "p", version: "1", summary: "", description: "", plugins: { p: "p.js" }, exports: { "p.js": ["loadConfig"] }, manifestProblems: [], import: { ok: true, seconds: 0, heapBytes: 0, sideEffects: [] } },
  sections: ["p"], capabilities: [], schema: [], commands: [], probes: [], sessions, comparisons: [], configUse: [],
});

const ABOUT_SESSIONS = /^(STA|LIF|TMR|GC|MOT|MCU|HTR|SEC|COX|RES)-/;
const judged = (sessions: SessionEvidence[]) => judgeAll(catalogue.filter((rule) => ABOUT_SESSIONS.test(rule.id)), evidenceOf(sessions));

describe("a session that was ended by the limit of wall time", () => {
  it("leaves every rule open that has nothing else to look at, and says why", () => {
    const results = judged([lost("idle")]);
    // SEC-012 asks nothing without a profile.
    expect(results.filter((r) => r.verdict === "pass" || (r.verdict === "not-applicable" && r.id !== "SEC-012")).map((r) => `${r.id} ${r.verdict}: ${r.reason}`)).toEqual([]);
    const cheap = results.find((r) => r.id === "STA-016")!;
    expect([cheap.verdict, cheap.reason]).toEqual(["inconclusive", 'cannot judge: the session "idle" is lost: it did not come to an end within 60 s']);
    expect(results.filter((r) => r.verdict === "inconclusive").every((r) => r.reason.includes('"idle" is lost'))).toBe(true);
  });

  it("is a finding of its own", () => {
    const found = judged([lost("idle")]).filter((r) => r.verdict === "fail");
    expect(found.map((r) => [r.id, r.findings[0]!.message])).toEqual([["TMR-006", "the plugin did not come to an end within 60 s; last call: get_status sleepy at 3.000 s"]]);
  });

  it("leaves open what no other session showed, and passes what others showed with a remark", () => {
    const results = judged([session("idle"), lost("active"), lost("jitter")]);
    const verdictOf = (id: string) => results.filter((r) => r.id === id).map((r) => [r.verdict, r.reason])[0];
    expect(verdictOf("STA-016")).toEqual(["inconclusive", 'cannot judge: not seen so far (the plugin publishes no status (no getStatus)), but the session "active" is lost: it did not come to an end within 60 s']);
    expect(verdictOf("SEC-002")).toEqual(["pass", '1 sessions, watched; the session "active" is lost: it did not come to an end within 60 s, and 1 more']);
  });

  it("keeps a choice of rules from conforming", () => {
    const chosen = judged([session("idle"), lost("active")]).filter((r) => r.id === "SEC-002");
    expect(conformanceOf(chosen)).toBe("conforming");
    expect(conformanceOf(chosen, ['cut short: the session "active" is lost'])).toBe("cannot-judge");
  });
});

it("a plugin without status, timers and commands is not asked for them where every session was seen", () => {
  const results = judged([session("idle"), session("active")]);
  expect(["STA-016", "TMR-001", "GC-002"].map((id) => results.find((r) => r.id === id)!.verdict)).toEqual(Array(3).fill("not-applicable"));
});
