/** A new plugin through the CI action's own steps: green as it stands, red with the right line when broken. Uses `dist`. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { readAction, runAction } from "../testing/workflow-steps.js";
import { repositoryRoot, scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { githubWorkflow, pluginNames, typescriptFiles } from "./typescript-template.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const action = readAction(join(repositoryRoot, "action.yml"));

describe("names of a plugin", () => {
  it.each([["bed-notes", "bed_notes", "kalico-bed-notes", "BedNotes"], ["kalico-lamp", "lamp", "kalico-lamp", "Lamp"], ["myPlugin2", "my_plugin2", "kalico-my-plugin2", "MyPlugin2"]])("of %s", (name, section, pack, className) => {
    expect(pluginNames(name)).toMatchObject({ section, package: pack, className });
  });
  it("are refused where no section can be made of them", () => expect(() => pluginNames("3d")).toThrow("begin with a letter"));
});

describe("CI examples", () => {
  it("pin every action by its commit", () => {
    for (const step of action.runs.steps) if (step.uses !== undefined) expect(step.uses).toMatch(/@[0-9a-f]{40}$/);
  });
  it("are YAML that names existing commands", () => {
    for (const text of [githubWorkflow(), readFileSync(join(repositoryRoot, "ci/gitlab.yml"), "utf8")]) {
      const commands = [...JSON.stringify(parse(text)).matchAll(/kalico-hil (\w+)/g)].map((m) => m[1]);
      expect(commands).toContain("certify");
      expect(commands.filter((c) => !["certify", "summary"].includes(c!))).toEqual([]);
    }
  });
});

describe("a new TypeScript plugin", () => {
  let scratch: ScratchDirectory;
  const compile = (): void => { execFileSync(process.execPath, [join(repositoryRoot, "node_modules/typescript/bin/tsc")], { cwd: scratch.path, stdio: "pipe" }); };
  beforeAll(() => {
    scratch = scratchDirectory();
    scratch.installHarness();
    for (const [file, text] of Object.entries(typescriptFiles(pluginNames("bed-notes"), "*"))) scratch.write(file, text);
    compile();
  });
  afterAll(() => scratch.remove());

  it("goes green through the action's steps, with all outputs", () => {
    const { steps, summary } = runAction(action, { actionPath: repositoryRoot, cwd: scratch.path });
    expect(steps.map((s) => [s.name, s.code]), steps.at(-1)!.output).toEqual([["Build the harness", 0], ["Certify", 0], ["Sum up", 0], ["Fail by the verdict", 0]]);
    expect(steps[1]!.output).toContain("kalico-bed-notes 0.1.0: CONFORMING");
    expect(steps[1]!.output.split("\n").filter((line) => /^(FAIL|warn|open)/.test(line))).toEqual([]);
    expect(steps[1]!.output).not.toContain("\u001b");
    expect(summary).toContain("kalico-bed-notes 0.1.0 is conforming");
    for (const file of ["index.html", "RUN.json", "kalico.sarif", "junit.xml", "svg/slack.svg"]) expect(existsSync(join(scratch.path, "kalico-report", file)), file).toBe(true);
  });

  it("goes red when broken, with the annotation on the author's line", () => {
    const source = readFileSync(join(scratch.path, "src/bed-notes.ts"), "utf8").replace("this.ticks += 1;", "this.ticks += 1;\n    throw new Error(\"broken\");");
    scratch.write("src/bed-notes.ts", source);
    const line = source.split("\n").findIndex((l) => l.includes("throw new Error(\"broken\")")) + 1;
    compile();
    const { steps } = runAction(action, { actionPath: repositoryRoot, cwd: scratch.path });
    expect(steps.at(-1)).toMatchObject({ name: "Fail by the verdict", code: 1 });
    expect(steps.find((s) => s.name === "Sum up")!.output).toMatch(new RegExp(`^::error file=src/bed-notes\\.ts,line=${line},`, "m"));
  });
});
