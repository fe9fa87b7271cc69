import { describe, expect, it } from "vitest";
import { scenarioOf } from "../scenario.js";
import type { Evidence, SessionEvidence } from "../evidence.js";
import { judgeRule } from "../judge.js";
import { catalogue } from "../catalogue.js";

const network = catalogue.find((r) => r.id === "SEC-006")!;

function verdict(capabilities: string[], ...details: string[]): string {
  const session: SessionEvidence = {
    id: "s", scenario: scenarioOf({ id: "s", configText: "", walk: [] }), outcome: "completed", state: "ready", message: "", virtualSeconds: 1, log: [], events: [], responses: [], contract: [], callbacks: [], calls: [], accesses: [],
    status: [], statusMutations: [], objects: [], statsAttribute: [], leftovers: [], zombies: [], lives: [], gcodeProbes: [], sideEffects: details.map((detail) => ({ kind: "network", detail, phase: "run" })),
  };
  const evidence: Evidence = {
    plugin: { path: "p", form: "file", name: "p", version: "0", summary: "", description: "", plugins: {}, exports: {}, manifestProblems: [], import: { ok: true, seconds: 0, heapBytes: 0, sideEffects: [] } },
    sections: [], capabilities, schema: [], commands: [], probes: [], sessions: [session], comparisons: [], configUse: [],
  };
  return judgeRule(network, evidence).verdict;
}

describe("a declared capability", () => {
  it("with a name allows that, and nothing else", () => {
    expect(verdict([], "fetch(https://example.com/a)")).toBe("fail");
    expect(verdict(["network:example.com"], "fetch(https://example.com/a)")).toBe("pass");
    expect(verdict(["network:example.com"], "fetch(https://example.com/a)", "fetch(https://elsewhere.net/)")).toBe("fail");
    expect(verdict(["network"], "fetch(https://elsewhere.net/)")).toBe("not-applicable");
  });
});
