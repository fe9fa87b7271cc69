import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogue } from "../../conformance/catalogue.js";
import { NAN_PLUGIN, repositoryRoot, scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";

interface Assertion { title: string; status: "passed" | "failed" | "pending" | "skipped"; failureMessages: string[] }

const run = promisify(execFile);

/** Runs an author's test file in a vitest of its own; rule id → outcome, and what it printed. */
async function vitestOn(scratch: ScratchDirectory, testFile: string): Promise<{ rules: Map<string, Assertion>; output: string }> {
  scratch.write("conformance.test.js", testFile);
  const report = join(scratch.path, "report.json");
  const args = [join(repositoryRoot, "node_modules/vitest/vitest.mjs"), "run", "--root", scratch.path, "--reporter", "verbose", "--reporter", "json", `--outputFile.json=${report}`];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: scratch.path, env: { ...process.env, NO_COLOR: "1" } }).catch((error: { stdout: string; stderr: string }) => error);
  if (!existsSync(report)) throw new Error(`vitest wrote no report: ${stdout}\n${stderr}`);
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as { testResults: { assertionResults: Assertion[]; message: string }[] };
  const rules = new Map(testResults.flatMap((file) => file.assertionResults).map((a) => [a.title.split(" ", 1)[0]!, a]));
  if (rules.size === 0) throw new Error(`no test ran: ${testResults.map((file) => file.message).join("\n")}\n${stdout}`);
  return { rules, output: `${stdout}${stderr}` };
}

describe("describeConformance in an author's vitest", () => {
  let scratch: ScratchDirectory;
  let outcome: Awaited<ReturnType<typeof vitestOn>>;

  beforeAll(async () => {
    scratch = scratchDirectory();
    scratch.installHarness();
    scratch.write("level.js", NAN_PLUGIN);
    outcome = await vitestOn(scratch, `import { describeConformance } from "kalico-hil/vitest";\ndescribeConformance("level.js", { rules: "STA-007,STA-003,CFG-003,GC-001" });\n`);
  }, 120_000);
  afterAll(() => scratch.remove());

  it("is one test per rule", () => {
    expect([...outcome.rules.keys()].sort()).toEqual(["CFG-003", "GC-001", "STA-003", "STA-007"]);
  });

  it("passes a rule that is kept", () => {
    expect(outcome.rules.get("STA-003")!.status).toBe("passed");
  });

  it("fails a broken rule with what was seen, what to change and the command that shows it again", () => {
    const failed = outcome.rules.get("STA-007")!;
    expect(failed.status).toBe("failed");
    const text = failed.failureMessages.join("\n");
    expect(text).toContain("STA-007 All numbers are finite");
    expect(text).toMatch(/'level' returns a number that is not finite at level/);
    expect(text).toMatch(/change: \S/);
    expect(text).toMatch(/replay: npx kalico-hil replay counter-examples\/\S+\.json/);
    expect(text).not.toContain("describe-conformance");
  });

  it("writes the counter-example that it names", () => {
    const [file] = /counter-examples\/\S+\.json/.exec(outcome.rules.get("STA-007")!.failureMessages.join("\n"))!;
    expect(JSON.parse(readFileSync(join(scratch.path, file), "utf8"))).toMatchObject({ rule: "STA-007", plugin: { name: "level" } });
  });

  it("skips a rule that does not apply and says why", () => {
    expect(["pending", "skipped"]).toContain(outcome.rules.get("GC-001")!.status);
    expect(outcome.output).toMatch(/GC-001.*does not apply: the plugin registers no command/);
  });

  it("passes a broken SHOULD rule and prints it as a warning", () => {
    expect(outcome.rules.get("CFG-003")!.status).toBe("passed");
    expect(outcome.output).toMatch(/CFG-003 .*scale/);
  });
});

describe("describeConformance", () => {
  let scratch: ScratchDirectory;
  beforeAll(() => {
    scratch = scratchDirectory();
    scratch.installHarness();
  });
  afterAll(() => scratch.remove());

  it("passes the example plugin in every rule that applies", async () => {
    const plugin = join(repositoryRoot, "plugins-under-test/my-plugin");
    const { rules, output } = await vitestOn(scratch, `import { describeConformance } from "kalico-hil/vitest";\ndescribeConformance(${JSON.stringify(plugin)}, { effort: "quick" });\n`);
    expect([...rules.keys()].sort()).toEqual(catalogue.map((rule) => rule.id).sort());
    expect([...rules.values()].filter((rule) => rule.status === "failed").flatMap((rule) => rule.failureMessages)).toEqual([]);
    const skipped = [...rules.values()].filter((rule) => rule.status !== "passed").length;
    expect(output.match(/does not apply: /g)?.length ?? 0).toBe(skipped);
  }, 120_000);

  it("refuses rules that do not exist before anything runs", async () => {
    await expect(vitestOn(scratch, `import { describeConformance } from "kalico-hil/vitest";\ndescribeConformance("level.js", { rules: "NO-SUCH" });\n`)).rejects.toThrow('No rule matches "NO-SUCH"');
  }, 60_000);
});
