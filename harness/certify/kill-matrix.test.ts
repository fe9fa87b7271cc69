/**
 * The kill matrix: every rule of the catalogue has a mutant that it must find and good plugins that it must pass.
 * Certification needs a process of its own for the plugin, so this runs on the built files (`npm run build`).
 */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import type * as CatalogueModule from "../../conformance/catalogue.js";
import type { PinProfile } from "../../conformance/evidence.js";
import { pinProfileOf, readProfile } from "../board/profile.js";
import type * as CertifyModule from "./certify.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = `${root}dist/harness/certify/certify.js`;
if (!existsSync(built)) throw new Error('The kill matrix runs on built files: run "npm run build" first');
const { certify } = (await import(built)) as typeof CertifyModule;
const { catalogue, rulesMatching } = (await import(`${root}dist/conformance/catalogue.js`)) as typeof CatalogueModule;

const mutantDirectory = `${root}plugins-under-test/mutants/dist`;
const mutants = readdirSync(mutantDirectory).filter((f) => f.endsWith(".js")).map((f) => f.slice(0, -3)).sort();
// Each certification starts processes: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000 });

const OPTIONS = { seed: 1, effort: "quick", board: "atmega2560" } as const;
const ruleOf = (mutant: string): string => mutant.split("_").slice(0, 2).join("-").toUpperCase();
/** Pins that may be touched, where a file beside the mutant names them. */
const profileBeside = (path: string): { pinProfile?: PinProfile } => (existsSync(`${path}.profile.json`) ? { pinProfile: pinProfileOf(readProfile(`${path}.profile.json`)) } : {});
const LIMITS = { wallSeconds: 30, memoryMegabytes: 256, outputBytes: 500_000 };

describe("kill matrix", () => {
  it("has a mutant for every rule", () => {
    // Those of distributions and documents are whole trees: see harness/python/package-rules.test.ts and python-kill-matrix.test.ts.
    const packages = ["packages", "documents"].flatMap((folder) => readdirSync(`${root}plugins-under-test/python/${folder}`).map(ruleOf));
    const covered = new Set([...mutants.map(ruleOf), ...packages, "PKG-017"]);
    expect(catalogue.map((rule) => rule.id).filter((id) => !covered.has(id))).toEqual([]);
    expect(catalogue.length).toBeGreaterThanOrEqual(45);
  });

  it.concurrent.each(mutants.filter((m) => !m.startsWith("hostile")))("%s is killed by its rule", async (mutant) => {
    const { results } = await certify(`${mutantDirectory}/${mutant}.js`, { ...OPTIONS, rules: rulesMatching(ruleOf(mutant)), limits: LIMITS, ...profileBeside(`${mutantDirectory}/${mutant}`) });
    expect(results).toHaveLength(1);
    const [result] = results;
    const binding = result!.level === "MUST" || result!.level === "SEC";
    expect(`${result!.id} ${result!.verdict}`, result!.reason).toBe(`${ruleOf(mutant)} ${binding ? "fail" : "warn"}`);
    expect(result!.findings[0]!.message.length).toBeGreaterThan(10);
    expect(result!.findings[0]!.remedy.length).toBeGreaterThan(10);
  });

  it("PKG-017 kills a package with an install script, missing types and a missing export", async () => {
    const { results } = await certify(`${root}plugins-under-test/mutant-package`, { ...OPTIONS, rules: rulesMatching("PKG-017") });
    expect(results[0]!.verdict).toBe("fail");
    expect(results[0]!.findings.map((f) => f.message).join()).toMatch(/postinstall.*missing\.d\.ts.*missing\.js/);
  });

  it.concurrent.each(["my-plugin", "layer-stats", "park-and-wipe", "blink-pin"])("%s passes every rule that applies", async (plugin) => {
    const { results, conformance } = await certify(`${root}plugins-under-test/${plugin}`, OPTIONS);
    expect(results.filter((r) => !["pass", "not-applicable"].includes(r.verdict)).map((r) => `${r.id} ${r.verdict}: ${r.findings[0]?.message ?? r.reason}`)).toEqual([]);
    expect(conformance).toBe("conforming");
  });

  it("SEC-012 passes a plugin that keeps to the allow-list, and says so", async () => {
    const pinProfile = { name: "bench", allow: ["PH3"], heaters: {} };
    const { results } = await certify(`${root}plugins-under-test/blink-pin`, { ...OPTIONS, rules: rulesMatching("SEC-012"), pinProfile });
    expect(results.map((r) => [r.verdict, r.reason])).toEqual([["pass", expect.stringMatching(/^1 pins of the plugin in \d+ sessions; profile "bench" allows PH3$/)]]);
    const heating = await certify(`${root}plugins-under-test/blink-pin`, { ...OPTIONS, rules: rulesMatching("SEC-012"), pinProfile: { ...pinProfile, heaters: { PH3: "heater_bed" } } });
    expect(heating.results[0]!.findings.map((f) => f.message)).toEqual([expect.stringContaining("uses pin PH3, the heater_pin of [heater_bed]")]);
  });

  it("the canary fails, and with it the verdict", async () => {
    const { conformance } = await certify(`${root}plugins-under-test/my-plugin`, { ...OPTIONS, rules: rulesMatching("CANARY-001") });
    expect(conformance).toBe("not-conforming");
  });
});

describe("hostile plugins", () => {
  it.concurrent.each([
    ["hostile_loops", "TMR-004,TMR-006"], ["hostile_exits", "LIF-015"], ["hostile_prints", "RES-005"], ["hostile_hangs", "TMR-006"], ["res_005_fills_memory", "RES-005"],
    ["hostile_buffers", "RES-005"], ["hostile_prints_at_once", "RES-005"],
  ])("the harness survives %s and names what it did last (%s)", async (plugin, rules) => {
    const { results, conformance } = await certify(`${mutantDirectory}/${plugin}.js`, { ...OPTIONS, rules: rulesMatching(rules), limits: { ...LIMITS, wallSeconds: 10 } });
    expect(conformance).toBe("not-conforming");
    const text = results.flatMap((r) => r.findings.map((f) => f.message)).join("\n");
    expect(text).toMatch(/last call: \w+|ended the process: process\.exit\(|timer hostile_loops/);
  });
});
