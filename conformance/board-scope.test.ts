import { describe, expect, it } from "vitest";
import { judgeOnBoard } from "./board-scope.js";
import { catalogue, rulesMatching } from "./catalogue.js";
import type { Evidence, SessionEvidence } from "./evidence.js";
import { conformanceOf } from "./judge.js";
import { scenarioOf } from "./scenario.js";

const session = (more: Partial<SessionEvidence>): SessionEvidence => ({
  id: "board", scenario: scenarioOf({ id: "board", configText: "", walk: [{ do: "start" }, { do: "restart", how: "RESTART" }, { do: "stop" }] }), outcome: "completed", state: "ready", message: "", virtualSeconds: 9, log: [], events: [], responses: [],
  contract: [], callbacks: [], calls: [], accesses: [], status: [], statusMutations: [], objects: [], statsAttribute: [], leftovers: [], zombies: [], gcodeProbes: [], sideEffects: [],
  lives: [], ...more,
});
const evidenceOf = (sessions: SessionEvidence[], notRun?: string): Evidence => ({
  plugin: { path: "p", form: "file", name: "p", version: "0", summary: "", description: "", plugins: {}, exports: {}, manifestProblems: [], import: { ok: true, seconds: 0, heapBytes: 0, sideEffects: [] } },
  sections: [], capabilities: [], schema: [], commands: [], probes: [], sessions, comparisons: [], configUse: [], pinProfile: { name: "bench", allow: ["PA1"], heaters: {} },
  attachedBoard: { port: "/dev/ttyACM0", mcu: "rp2040", firmware: "Kalico 1", maxSeconds: 60, stopped: true, ...(notRun === undefined ? {} : { notRun }) },
});
const late = { state: "shutdown", message: "MCU 'mcu' shutdown: Timer too close\nThis often indicates", hostLateSeconds: 0.2 };
const verdicts = (evidence: Evidence, rules: string): Record<string, string> => Object.fromEntries(judgeOnBoard(rulesMatching(rules), evidence).map((r) => [r.id, r.verdict]));

describe("rules on an attached board", () => {
  it("that need virtual time or a simulated machine say so, and do not hold the verdict back", () => {
    const results = judgeOnBoard(catalogue, evidenceOf([session({})])).filter((r) => r.outside === true);
    expect(results.length).toBeGreaterThan(25);
    for (const result of results) expect([result.verdict, result.reason]).toEqual(["inconclusive", expect.stringMatching(/^not judged on a board: .{15}/)]);
    expect(conformanceOf(judgeOnBoard(rulesMatching("SEC-012,MOT-001"), evidenceOf([session({ pins: { uses: [], heaters: [] } })])))).toBe("conforming");
  });

  it("leave the verdict open where the plugin was not run", () => {
    expect(conformanceOf(judgeOnBoard(rulesMatching("STA-*"), evidenceOf([], "refused")))).toBe("cannot-judge");
  });

  it("blame a late command on the plugin, unless this machine was late and the plugin was not", () => {
    expect(verdicts(evidenceOf([session({ ...late, hostLateSeconds: 0.01 })]), "MOT-004")).toEqual({ "MOT-004": "fail" });
    const slow = { owner: "p", kind: "timer", label: "t", runs: 1, maxSeconds: 0.3, totalSeconds: 0.3, maxAtEventTime: 0, maxGas: 0, pauses: 0, blockedSeconds: 0, blockedBy: [], maxFileSeconds: 0, files: [], errors: [], badReturns: [], maxRunsPerSecond: 1 };
    expect(verdicts(evidenceOf([session({ ...late, callbacks: [slow] })]), "MOT-004")).toEqual({ "MOT-004": "fail" });
    expect(verdicts(evidenceOf([session(late), session({ id: "other" })]), "MOT-004,MCU-004")).toEqual({ "MOT-004": "inconclusive", "MCU-004": "inconclusive" });
    expect(judgeOnBoard(rulesMatching("MOT-004"), evidenceOf([session(late)]))[0]!.reason).toContain("this machine was too busy: the host ran up to 200 ms late");
  });
});
