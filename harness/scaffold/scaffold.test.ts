/** A new plugin through the CI action's own steps: green as it stands, red with the right line when broken. Uses `dist`. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { readAction, runAction } from "../testing/workflow-steps.js";
import { repositoryRoot, scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { pluginNames } from "./plugin-names.js";
import { pythonFiles, pythonWorkflow } from "./python-template.js";
import { githubWorkflow, typescriptFiles } from "./typescript-template.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const action = readAction(join(repositoryRoot, "action.yml"));

/** Commits everything, pushes it to a bare repository, and clones that anew: what a CI system sees. */
function bareClone(scratch: ScratchDirectory): string {
  const git = (cwd: string, ...args: string[]): void => { execFileSync("git", ["-c", "user.name=Author", "-c", "user.email=author@example.com", "-c", "init.defaultBranch=main", ...args], { cwd, stdio: "pipe" }); };
  const [bare, clone] = [join(scratch.path, "../bare.git"), join(scratch.path, "../clone")];
  git(scratch.path, "init", "--quiet");
  git(scratch.path, "add", ".");
  git(scratch.path, "commit", "--quiet", "--allow-empty", "--message", "A plugin");
  rmSync(bare, { recursive: true, force: true });
  rmSync(clone, { recursive: true, force: true });
  git(scratch.path, "clone", "--quiet", "--bare", ".", bare);
  git(scratch.path, "clone", "--quiet", bare, clone);
  return clone;
}

/** A plugin directory inside a scratch directory, so that its clones lie beside it. */
function pluginDirectory(files: Record<string, string>): { outer: ScratchDirectory; plugin: ScratchDirectory } {
  const outer = scratchDirectory();
  const path = join(outer.path, "plugin");
  const plugin: ScratchDirectory = { ...outer, path, write: (name, text) => outer.write(join("plugin", name), text) };
  for (const [file, text] of Object.entries(files)) plugin.write(file, text);
  return { outer, plugin };
}

describe("names of a plugin", () => {
  it.each([["bed-notes", "bed_notes", "kalico-bed-notes", "BedNotes"], ["kalico-lamp", "lamp", "kalico-lamp", "Lamp"], ["myPlugin2", "my_plugin2", "kalico-my-plugin2", "MyPlugin2"]])("of %s", (name, section, pack, className) => {
    expect(pluginNames(name)).toMatchObject({ section, package: pack, className });
  });
  it("are refused where no section can be made of them", () => expect(() => pluginNames("3d")).toThrow("begin with a letter"));
});

describe("CI examples", () => {
  it("pin every action by its commit", () => {
    for (const workflow of [githubWorkflow(), pythonWorkflow("^0.1.0")]) for (const [, uses] of workflow.matchAll(/uses: (\S+)/g)) expect(uses).toMatch(/@[0-9a-f]{40}$/);
    for (const step of action.runs.steps) if (step.uses !== undefined) expect(step.uses).toMatch(/@[0-9a-f]{40}$/);
  });
  it("are YAML that names existing commands", () => {
    for (const text of [githubWorkflow(), pythonWorkflow("^0.1.0"), readFileSync(join(repositoryRoot, "ci/gitlab.yml"), "utf8")]) {
      const commands = [...JSON.stringify(parse(text)).matchAll(/kalico-hil (\w+)/g)].map((m) => m[1]);
      expect(commands).toContain("certify");
      expect(commands.filter((c) => !["certify", "summary"].includes(c!))).toEqual([]);
    }
  });
});

const GREEN = [["Build the harness", 0], ["Certify", 0], ["Sum up", 0], ["Fail by the verdict", 0]];

describe("a new TypeScript plugin", () => {
  const { outer, plugin } = pluginDirectory(typescriptFiles(pluginNames("bed-notes"), "*"));
  const compile = (cwd: string): void => { execFileSync(process.execPath, [join(repositoryRoot, "node_modules/typescript/bin/tsc")], { cwd, stdio: "pipe" }); };
  beforeAll(() => outer.installHarness());
  afterAll(() => outer.remove());

  it("goes green through the action's steps on a bare clone, with all outputs", () => {
    const clone = bareClone(plugin);
    compile(clone);
    const { steps, summary } = runAction(action, { actionPath: repositoryRoot, cwd: clone });
    expect(steps.map((s) => [s.name, s.code]), steps.at(-1)!.output).toEqual(GREEN);
    expect(steps[1]!.output).toContain("kalico-bed-notes 0.1.0: CONFORMING");
    expect(steps[1]!.output.split("\n").filter((line) => /^(FAIL|warn|open)/.test(line))).toEqual([]);
    expect(steps[1]!.output).not.toContain("\u001b");
    expect(summary).toContain("kalico-bed-notes 0.1.0 is conforming");
    for (const file of ["index.html", "RUN.json", "kalico.sarif", "junit.xml", "svg/slack.svg"]) expect(existsSync(join(clone, "kalico-report", file)), file).toBe(true);
  });

  it("goes red when broken, with the annotation on the author's line", () => {
    const source = readFileSync(join(plugin.path, "src/bed-notes.ts"), "utf8").replace("this.ticks += 1;", "this.ticks += 1;\n    throw new Error(\"broken\");");
    plugin.write("src/bed-notes.ts", source);
    const line = source.split("\n").findIndex((l) => l.includes("throw new Error(\"broken\")")) + 1;
    const clone = bareClone(plugin);
    compile(clone);
    const { steps } = runAction(action, { actionPath: repositoryRoot, cwd: clone });
    expect(steps.at(-1)).toMatchObject({ name: "Fail by the verdict", code: 1 });
    expect(steps.find((s) => s.name === "Sum up")!.output).toMatch(new RegExp(`^::error file=src/bed-notes\\.ts,line=${line},`, "m"));
  });
});

describe("a new Python plugin", () => {
  const { outer, plugin } = pluginDirectory(pythonFiles(pluginNames("bed-notes"), "*"));
  afterAll(() => outer.remove());

  it("passes its own tests", ({ skip }) => {
    const run = spawnSync("python3", ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--ignore", "tests/test_conformance.py"], { cwd: plugin.path, encoding: "utf8" });
    if (/No module named pytest/.test(run.stderr) || run.error !== undefined) skip("pytest is not installed");
    expect(run.stdout).toContain("2 passed");
  });

  it("goes green through the action's steps on a bare clone, without a warning", () => {
    const { steps, summary } = runAction(action, { actionPath: repositoryRoot, cwd: bareClone(plugin) });
    expect(steps.map((s) => [s.name, s.code]), steps.at(-1)!.output).toEqual(GREEN);
    expect(steps[1]!.output.split("\n").filter((line) => /^(FAIL|warn|open)/.test(line))).toEqual([]);
    expect(summary).toContain("bed-notes 0.1.0 is conforming");
  });

  it("goes red when broken, with the annotation on the author's line", () => {
    const source = readFileSync(join(plugin.path, "bed_notes.py"), "utf8").replace("self.ticks += 1", "self.ticks += 1\n        raise ValueError(\"broken\")");
    plugin.write("bed_notes.py", source);
    const line = source.split("\n").findIndex((l) => l.includes("raise ValueError(\"broken\")")) + 1;
    const { steps } = runAction(action, { actionPath: repositoryRoot, cwd: bareClone(plugin) });
    expect(steps.at(-1)).toMatchObject({ name: "Fail by the verdict", code: 1 });
    expect(steps.find((s) => s.name === "Sum up")!.output).toMatch(new RegExp(`^::error file=bed_notes\\.py,line=${line},`, "m"));
  });
});
