/** PKG for Python: each rule finds its mutant, and passes the good distributions. Nothing is run: the trees are read. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { judgeRule } from "../../conformance/judge.js";
import type { Evidence } from "../../conformance/evidence.js";
import { pythonPackageRules } from "../../conformance/rules/python-package.js";
import { sampleCertification } from "../testing/sample-certification.js";
import { excludedPythons, packageEvidence, parseRequirement, requirementConflicts } from "./package-evidence.js";
import { readPythonPlugin } from "./read-plugin.js";

const root = fileURLToPath(new URL("../../plugins-under-test/python/", import.meta.url));
const mutants = readdirSync(`${root}packages`).sort();

function evidenceOf(path: string): Evidence {
  const source = readPythonPlugin(path);
  const { evidence } = sampleCertification();
  const pythonPackage = packageEvidence(source);
  return { ...evidence, ...(pythonPackage === undefined ? {} : { pythonPackage }), capabilities: [], plugin: { ...evidence.plugin, exports: {}, import: { ...evidence.plugin.import, ok: true } } };
}

const ruleOf = (mutant: string): string => mutant.split("_").slice(0, 2).join("-").toUpperCase();

describe("rules of Python distributions", () => {
  it("have a mutant each", () => {
    expect(mutants.map(ruleOf)).toEqual(pythonPackageRules.map((rule) => rule.id));
  });

  it.each(mutants)("%s is killed by its rule", (mutant) => {
    const rule = pythonPackageRules.find(({ id }) => id === ruleOf(mutant))!;
    const result = judgeRule(rule, evidenceOf(`${root}packages/${mutant}`));
    expect([result.id, result.verdict]).toEqual([rule.id, rule.level === "MUST" ? "fail" : "warn"]);
    expect(result.findings.every((finding) => finding.message.length > 10 && finding.remedy.length > 10 && finding.place !== undefined)).toBe(true);
  });

  it.each(["my_plugin", "prefix", "mover", "pins_timers_query"])("%s passes all of them", (plugin) => {
    const evidence = evidenceOf(`${root}${plugin}`);
    expect(pythonPackageRules.map((rule) => judgeRule(rule, evidence)).filter(({ verdict }) => verdict !== "pass").map((r) => [r.id, r.verdict, r.reason, r.findings[0]?.message])).toEqual([]);
  });

  it("do not apply to plugins without packaging", () => {
    const { pythonPackage: _, ...evidence } = evidenceOf(`${root}my_plugin`);
    expect(new Set(pythonPackageRules.map((rule) => judgeRule(rule, evidence).verdict))).toEqual(new Set(["not-applicable"]));
  });
});

describe("requirements", () => {
  it("are compared with what Kalico installs by PEP 440", () => {
    expect(requirementConflicts(["numpy<2", "Jinja2~=3.1", "pyserial>=3.5", "requests", "greenlet==3.0.3", "cffi[x]>=1.15,<1.16"]).map((c) => c.package)).toEqual(["numpy", "pyserial"]);
  });

  it("with a marker are left to the installer", () => {
    expect(parseRequirement("numpy<2; python_version<'3.9'")).toBeUndefined();
    expect(parseRequirement("Some.Name_x [a,b] (>=1.0)")).toEqual({ name: "some-name-x", specifier: ">=1.0" });
  });

  it("on Python name the versions that they shut out", () => {
    expect(excludedPythons(">=3.11")).toEqual(["3.9", "3.10"]);
    expect(excludedPythons(">=3.9.2,<3.13")).toEqual(["3.13"]);
    expect(excludedPythons(null)).toEqual([]);
  });
});
