/**
 * The kill matrix for Python: each mutant is found by its rule, with a place in its own source where the rule has one,
 * and the good plugins pass. Certification needs a process for the plugin: this runs on the built files (`npm run build`).
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import type * as CatalogueModule from "../../conformance/catalogue.js";
import type { PinProfile } from "../../conformance/evidence.js";
import { pinProfileOf, readProfile } from "../board/profile.js";
import type * as CertifyModule from "./certify.js";
import type * as CounterExamplesModule from "./counter-examples.js";
import type * as DescribeModule from "./describe-plugin.js";
import type * as ReplayModule from "./replay.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = `${root}dist/harness/certify/certify.js`;
if (!existsSync(built)) throw new Error('The kill matrix runs on built files: run "npm run build" first');
const { certify, certifyDescribed } = (await import(built)) as typeof CertifyModule;
const { describePlugin } = (await import(`${root}dist/harness/certify/describe-plugin.js`)) as typeof DescribeModule;
const { rulesMatching } = (await import(`${root}dist/conformance/catalogue.js`)) as typeof CatalogueModule;

const { readCounterExample, writeCounterExamples } = (await import(`${root}dist/harness/certify/counter-examples.js`)) as typeof CounterExamplesModule;
const { replayCounterExample } = (await import(`${root}dist/harness/certify/replay.js`)) as typeof ReplayModule;

const plugins = `${root}plugins-under-test/python`;
const mutants = readdirSync(`${plugins}/mutants`).filter((file) => file.endsWith(".py")).map((file) => file.slice(0, -3)).sort();
// Each certification starts processes: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 900_000 });

const OPTIONS = { seed: 1, effort: "quick", board: "atmega2560", limits: { wallSeconds: 240, memoryMegabytes: 512, outputBytes: 500_000 } } as const;
/** Pins that may be touched, where a file beside the mutant names them. */
const profileBeside = (path: string): { pinProfile?: PinProfile } => (existsSync(`${path}.profile.json`) ? { pinProfile: pinProfileOf(readProfile(`${path}.profile.json`)) } : {});
/** Mutants are judged by their own rule; each is certified once. */
const certified = new Map<string, Promise<CertifyModule.Certification>>();
function certifyMutant(mutant: string): Promise<CertifyModule.Certification> {
  const known = certified.get(mutant) ?? certify(`${plugins}/mutants/${mutant}.py`, { ...OPTIONS, rules: rulesMatching(ruleOf(mutant)), ...profileBeside(`${plugins}/mutants/${mutant}`) });
  certified.set(mutant, known);
  return known;
}
/** Trees as they stand: package-rules.test.ts builds their wheels. */
const certifyTree = (path: string, options: CertifyModule.CertifyOptions): Promise<CertifyModule.Certification> => certifyDescribed(describePlugin(path, { install: false, build: false }), options);
const documents = readdirSync(`${plugins}/documents`).sort();
const ruleOf = (mutant: string): string => mutant.split("_").slice(0, 2).join("-").toUpperCase();

describe("kill matrix of Python plugins", () => {
  it("has twins of at least 20 mutants", () => expect(new Set(mutants.map(ruleOf)).size).toBeGreaterThanOrEqual(20));

  it.concurrent.each(mutants)("%s is killed by its rule", async (mutant) => {
    const { results } = await certifyMutant(mutant);
    expect(results).toHaveLength(1);
    const [result] = results;
    const binding = result!.level === "MUST" || result!.level === "SEC";
    expect(`${result!.id} ${result!.verdict}`, result!.reason).toBe(`${ruleOf(mutant)} ${binding ? "fail" : "warn"}`);
    expect(result!.findings[0]!.message.length).toBeGreaterThan(10);
    expect(result!.findings[0]!.remedy.length).toBeGreaterThan(10);
    for (const { place } of result!.findings) if (place !== undefined) expect(place.file).toBe(`${mutant}.py`);
  });

  it.concurrent("a counter-example of a Python plugin replays to the same bytes", async () => {
    const directory = mkdtempSync(join(tmpdir(), "kalico-hil-replay-"));
    try {
      const found = await certifyMutant("mot_002_last_move_time");
      const examples = [...writeCounterExamples(found, directory).values()].map(readCounterExample).filter((example) => example.traceHash !== null);
      expect(examples.length).toBeGreaterThan(0);
      const { evidence } = await replayCounterExample(examples[0]!, { python: "python3" });
      expect(evidence.trace?.traceHash).toBe(examples[0]!.traceHash);
      await expect(replayCounterExample(examples[0]!, { python: join(directory, "no-python") })).rejects.toThrow("no-python");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it.concurrent.each(documents)("%s is killed by its rule, and by no other of DOC", async (mutant) => {
    const { results } = await certifyTree(`${plugins}/documents/${mutant}`, { ...OPTIONS, rules: rulesMatching("DOC-*") });
    expect(results.filter((r) => !["pass", "not-applicable"].includes(r.verdict)).map((r) => `${r.id} ${r.verdict}: ${r.findings.map((f) => f.message).join("; ")} ${r.reason}`)).toEqual([expect.stringMatching(new RegExp(`^${ruleOf(mutant)} (warn|fail): `))]);
  });

  it.concurrent.each(["my_plugin", "prefix", "mover", "pins_timers_query", "shades"])("%s passes every rule that applies", async (plugin) => {
    const { results, conformance, evidence } = await certifyTree(`${plugins}/${plugin}`, OPTIONS);
    expect(results.filter((r) => !["pass", "not-applicable"].includes(r.verdict)).map((r) => `${r.id} ${r.verdict}: ${r.findings[0]?.message ?? r.reason}`)).toEqual([]);
    expect(conformance).toBe("conforming");
    expect(evidence.coverage!.every((file) => file.ran > 0)).toBe(true);
  });
});
