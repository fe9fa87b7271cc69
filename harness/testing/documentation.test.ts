import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogue } from "../../conformance/catalogue.js";
import { EXIT } from "../cli/exit-codes.js";
import { runCommandLine } from "./command-line.js";
import { repositoryRoot, scratchDirectory, type ScratchDirectory } from "./scratch-plugin.js";

const read = (name: string): string => readFileSync(join(repositoryRoot, name), "utf8");

describe.each(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])("%s", (name) => {
  it("names only files and folders that exist", () => {
    const paths = [...read(name).matchAll(/`((?:host|sim-mcu|conformance|harness|plugins-under-test)(?:\/[\w./-]+)?)`/g)].map((match) => match[1]!);
    expect(paths.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });

  it("names only npm scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const guide = name === "README.md" ? read(name).split("## Write and certify a plugin")[0]! : read(name);
    const used = [...guide.matchAll(/npm run ([\w-]+)/g)].map((match) => match[1]!);
    expect(used.filter((script) => !(script in scripts))).toEqual([]);
  });
});

describe("CHANGELOG.md", () => {
  it("lists every rule of the catalogue with its level, since rules change verdicts", () => {
    const listed = new Set([...read("CHANGELOG.md").matchAll(/^ *- ([A-Z]+-\d{3}) \((\w+)\)/gm)].map((match) => `${match[1]} (${match[2]})`));
    expect(catalogue.map((rule) => `${rule.id} (${rule.level})`).filter((rule) => !listed.has(rule))).toEqual([]);
  });
});

describe("the guide in README.md", () => {
  let scratch: ScratchDirectory;
  beforeAll(() => {
    scratch = scratchDirectory();
    scratch.installHarness();
  });
  afterAll(() => scratch.remove());

  it("gives a plugin that compiles and keeps every rule without a warning", async () => {
    const guide = read("README.md").split("## Write and certify a plugin")[1]!;
    const block = (language: string, nth = 0): string => {
      const blocks = [...guide.matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, "gm"))];
      return blocks[nth]![1]!.replace(/^ {3}/gm, "");
    };
    scratch.write("package.json", block("json"));
    scratch.write("tsconfig.json", block("json", 1));
    scratch.write("src/hello.ts", block("ts"));
    scratch.write("printer.cfg", block("ini"));
    scratch.write("exercise.gcode", block("gcode"));
    scratch.write("README.md", `# kalico-hello

\`\`\`ini
[hello]
greeting: Hello
#   What it says. Required.
interval: 60
#   Seconds between two counts, at least 1. The default is 60.
\`\`\`

HELLO [NAME=you] [TIMES=1] greets. Status: greeted, minutes.
`);
    execFileSync(process.execPath, [join(repositoryRoot, "node_modules/typescript/bin/tsc")], { cwd: scratch.path, stdio: "pipe" });

    const { code, stdout } = await runCommandLine(["certify", ".", "--effort", "quick"], scratch.path);
    expect(stdout.split("\n").filter((line) => /^(FAIL|warn|open)/.test(line))).toEqual([]);
    expect(stdout).toContain("kalico-hello 0.1.0: CONFORMING");
    expect(code).toBe(EXIT.conforming);
  }, 180_000);
});
