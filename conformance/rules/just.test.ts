/** What is Kalico's doing, or nobody's, is no finding against the plugin. */
import { describe, expect, it } from "vitest";
import type { ConfigProbe, Evidence, SessionEvidence } from "../evidence.js";
import { judgeRule } from "../judge.js";
import { scenarioOf } from "../scenario.js";
import { configRules } from "./config.js";
import { lifecycleRules } from "./lifecycle.js";
import { loadRules } from "./load.js";
import { motionRules } from "./motion.js";
import { statusRules } from "./status.js";

const rules = [...configRules, ...lifecycleRules, ...loadRules, ...motionRules, ...statusRules];
const scenario = scenarioOf({ id: "s", seed: 1, board: "atmega2560", configText: "", walk: [] });

const probe = (more: Partial<ConfigProbe>): ConfigProbe => ({ kind: "wrong-type", option: "template", value: "{", section: "p", configText: "", state: "error", message: "", loaded: false, badSettings: [], scenario, ...more });

const session = (more: Partial<SessionEvidence>): SessionEvidence => ({
  id: "restarts", scenario, outcome: "completed", state: "ready", message: "", virtualSeconds: 1, log: [], events: [], responses: [], contract: [], callbacks: [], calls: [], accesses: [],
  status: [], statusMutations: [], objects: [], statsAttribute: [], leftovers: [], zombies: [], lives: [], sideEffects: [], gcodeProbes: [], ...more,
});

const verdict = (id: string, evidence: Partial<Evidence>): { verdict: string; messages: string[] } => {
  const result = judgeRule(rules.find((rule) => rule.id === id)!, { sections: ["p"], capabilities: [], probes: [], sessions: [], comparisons: [], commands: [], ...evidence } as unknown as Evidence);
  return { verdict: result.verdict, messages: result.findings.map((f) => f.message) };
};

describe("a bad value", () => {
  it("that Kalico's load_template refuses in its own way is not the plugin's", () => {
    expect(verdict("CFG-002", { probes: [probe({ message: "Internal error during connect: Error loading template 'p:template'" })] }).verdict).toBe("pass");
    expect(verdict("CFG-002", { probes: [probe({ message: "Internal error during connect: no luck" })] }).verdict).toBe("fail");
  });

  it("that makes another option invalid is named well enough by that", () => {
    expect(verdict("CFG-006", { probes: [probe({ message: "Option 'fixed' is not valid in section 'p'" })] }).verdict).toBe("pass");
    expect(verdict("CFG-006", { probes: [probe({ message: "wrong" })] }).verdict).toBe("warn");
  });
});

const lives = (count: number, more: (i: number) => object): SessionEvidence["lives"] => Array.from({ length: count }, (_, i) => ({
  startReason: i === 0 ? "startup" : "restart", state: "ready", message: "", published: { objects: { p: { temperature: 21.9 + (i % 3) / 10 } }, eventTime: 5 * i + 4 }, commands: [], configCrc: 1, heapBytes: 1e7, reusedMcuConfig: false, ...more(i),
}));

describe("lives", () => {
  const restart = scenarioOf({ id: "restarts", seed: 1, board: "atmega2560", configText: "", walk: [{ do: "start" }, { do: "restart", how: "RESTART" }] });

  it("are alike where a temperature trembles, and differ by a path that is named", () => {
    expect(verdict("LOAD-014", { sessions: [session({ scenario: restart, lives: lives(4, () => ({})) })] }).verdict).toBe("pass");
    const counted = verdict("LOAD-014", { sessions: [session({ scenario: restart, lives: lives(4, (i) => ({ published: { objects: { p: { lives: i } }, eventTime: i } })) })] });
    expect(counted).toEqual({ verdict: "fail", messages: ["after restart in the same process the status printer.p.lives is 1 instead of 0: not as after the first start"] });
  });

  it("cost what the interpreter keeps, whatever the host's heap does", () => {
    const noisy = (kept: number) => (i: number): object => ({ heapBytes: 1e7 + ((i * 7919) % 11) * 20_000, interpreterBytes: 1e6 + i * kept });
    expect(verdict("RES-002", { sessions: [session({ lives: lives(11, noisy(3_000)) })] }).verdict).toBe("pass");
    expect(verdict("RES-002", { sessions: [session({ lives: lives(11, noisy(150_000)) })] })).toEqual({ verdict: "warn", messages: ["memory grows by about 150 kB with each restart; the limit is 100 kB"] });
  });
});

it("a plugin whose sections are named like others is not refused for names that were made up", () => {
  const two = (message: string) => verdict("LOAD-007", {
    plugin: { exports: { p: ["loadConfigPrefix"] } } as unknown as Evidence["plugin"], probes: [probe({ kind: "two-instances", message }), probe({ kind: "name-with-space", state: "ready" })],
  }).verdict;
  expect(two("Could not find stepper config section '[kalico_hil_one]' required by TMC autotuning")).toBe("inconclusive");
  expect(two("gcode command RUN already registered")).toBe("fail");
  expect(two("Internal error during connect: no 'kalico_hil_one'")).toBe("fail");
});

describe("a status", () => {
  const sample = (keys: string[], eventTime: number): SessionEvidence["status"][number] => ({
    object: "p", eventTime, phase: "ready", returned: "object", keys, types: {}, notJson: [], notFinite: [], notStringKeys: [], bulkArrays: [], bytes: 2, changedBytes: 0,
  });
  const ofKeys = (...keys: string[][]) => verdict("STA-012", { sessions: [session({ status: keys.map((some, i) => sample(some, i)) })] });

  it("that never has keys keeps its keys", () => expect(ofKeys([], [], [])).toEqual({ verdict: "pass", messages: [] }));

  it("begins with the first keys that it shows, and keeps those", () => {
    expect(ofKeys([], ["a"], ["a"]).verdict).toBe("pass");
    expect(ofKeys(["a", "b"], ["b", "a"]).verdict).toBe("pass");
    expect(ofKeys([], ["a"], ["a", "b"])).toEqual({ verdict: "fail", messages: ["'p' adds the key 'b' later (ready)"] });
    expect(ofKeys(["a", "b"], ["a"])).toEqual({ verdict: "fail", messages: ["'p' drops the key 'b' later (ready)"] });
  });
});

it("a job that ended early is told by its end, not by the steps that are missing", () => {
  const comparison = { kind: "active", subject: "active", baseline: "baseline", stepsCompared: 9, segmentsBaseline: 2, segmentsSubject: 1, differences: [], differing: 500 } as unknown as Evidence["comparisons"][number];
  const { messages } = verdict("MOT-003", { comparisons: [comparison], commands: [{ command: "ASK", params: [] }] as unknown as Evidence["commands"], sessions: [session({ id: "active", outcome: "shutdown", state: "shutdown", message: "Lost communication with MCU 'mcu'\nmore" })] });
  expect(messages).toEqual(["the job with the plugin ended early (shutdown): Lost communication with MCU 'mcu'; 9 steps were made as without the plugin"]);
});
