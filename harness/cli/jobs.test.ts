import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { XMLValidator } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { STEPS_CSV_HEADER } from "../../sim-mcu/trace/steps-csv.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { runCommandLine, startCommand, type CommandOutcome } from "../testing/command-line.js";
import { GOOD_PLUGIN, NAN_PLUGIN, scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { EXIT } from "./exit-codes.js";

// Each test starts processes; on a busy machine they take their time.
vi.setConfig({ testTimeout: 180_000 });

let scratch: ScratchDirectory;
beforeAll(() => {
  scratch = scratchDirectory();
  scratch.write("printer.cfg", BASE_PRINTER);
  scratch.write("job.gcode", "G28\nG1 X50 Y40 F6000\nG1 Z5\nG1 X20 Y20\n");
  scratch.write("level.js", GOOD_PLUGIN);
  scratch.write("nan/level.js", NAN_PLUGIN);
});
afterAll(() => scratch.remove());

const kalicoHil = (...args: string[]): Promise<CommandOutcome> => runCommandLine(args, scratch.path);
const text = (file: string): string => readFileSync(join(scratch.path, file), "utf8");
const json = <T>(file: string): T => JSON.parse(text(file)) as T;

describe("kalico-hil run", () => {
  interface Summary { state: string; steps: number; queueStepRows: number; traceHash: string; errors: string[]; steppers: Record<string, { queue_step: number }> }

  it("runs a job to its end and writes every queue_step row, homing included", async () => {
    const { code, stdout } = await kalicoHil("run", "printer.cfg", "--gcode", "job.gcode", "--steps", "steps.csv", "--json", "run.json");
    expect(stdout).toMatch(/steps in \d+ queue_step rows, state ready/);
    expect(code).toBe(EXIT.conforming);

    const summary = json<Summary>("run.json");
    const [header, ...rows] = text("steps.csv").trimEnd().split("\n");
    expect(`${header}\n`).toBe(STEPS_CSV_HEADER);
    expect(rows.length).toBe(summary.queueStepRows);
    expect(rows.reduce((sum, row) => sum + Number(row.split(",")[3]), 0)).toBe(summary.steps);
    expect(new Set(rows.map((row) => row.split(",")[0]))).toEqual(new Set(["stepper_x", "stepper_y", "stepper_z"]));
  });

  it("gives the same bytes for the same seed", async () => {
    await kalicoHil("run", "printer.cfg", "--gcode", "job.gcode", "--steps", "a.csv", "--json", "a.json");
    await kalicoHil("run", "printer.cfg", "--gcode", "job.gcode", "--steps", "b.csv", "--json", "b.json");
    expect(text("a.csv")).toBe(text("b.csv"));
    expect(json<Summary>("a.json").traceHash).toBe(json<Summary>("b.json").traceHash);
  });

  it("ends with code 1 and the host's words when a line is refused", async () => {
    scratch.write("far.gcode", "G28\nG1 X500 F6000\n");
    const { code, stdout } = await kalicoHil("run", "printer.cfg", "--gcode", "far.gcode");
    expect(stdout).toContain("Move out of range: 500.000 5.000 5.500 [0.000]");
    expect(code).toBe(EXIT.notConforming);
  });

  it("ends with code 1 and the host's words when the configuration is refused", async () => {
    scratch.write("bad.cfg", BASE_PRINTER.replace("max_velocity: 300", "max_velocity: fast"));
    const { code, stdout } = await kalicoHil("run", "bad.cfg", "--gcode", "job.gcode");
    expect(stdout).toContain("Unable to parse option 'max_velocity' in section 'printer'");
    expect(code).toBe(EXIT.notConforming);
  });
});

describe("kalico-hil certify", () => {
  interface Result { verdict: string; rules: { id: string; verdict: string; findings: { counterExample?: string }[] }[] }
  const schema = (): object => JSON.parse(readFileSync(new URL("../../dist/harness/reporters/result.schema.json", import.meta.url), "utf8")) as object;

  it("ends with code 0 for a plugin that keeps the rules, and writes both reports", async () => {
    const { code, stdout } = await kalicoHil("certify", "level.js", "--effort", "quick", "--rules", "LOAD-00?,STA-007", "--json", "out/good.json", "--junit", "out/good.xml");
    expect(stdout).toContain("CONFORMING");
    expect(code).toBe(EXIT.conforming);
    expect(new Ajv({ allowUnionTypes: true }).compile(schema())(json("out/good.json"))).toBe(true);
    expect(XMLValidator.validate(text("out/good.xml"))).toBe(true);
  });

  it("ends with code 1 for the canary", async () => {
    const { code, stdout } = await kalicoHil("certify", "level.js", "--effort", "quick", "--rules", "CANARY-001");
    expect(stdout).toContain("FAIL  CANARY-001");
    expect(code).toBe(EXIT.notConforming);
  });

  it("ends with code 1 for one bad plugin among good ones, each with a report of its own", async () => {
    scratch.write("worse.js", NAN_PLUGIN);
    const { code } = await kalicoHil("certify", "level.js", "worse.js", "--effort", "quick", "--rules", "STA-007", "--json", "both.json");
    expect(code).toBe(EXIT.notConforming);
    expect([json<Result>("both.level.json").verdict, json<Result>("both.worse.json").verdict]).toEqual(["conforming", "not-conforming"]);
  });

  it("writes a counter-example that replays to the same bytes", async () => {
    await kalicoHil("certify", "nan/level.js", "--effort", "quick", "--rules", "STA-007", "--json", "nan.json");
    const file = json<Result>("nan.json").rules[0]!.findings.find((f) => f.counterExample !== undefined)!.counterExample!;
    const { code, stdout } = await kalicoHil("replay", file);
    expect(stdout).toContain("STA-007");
    expect(stdout).toContain("the same bytes as when it was found");
    expect(code).toBe(EXIT.conforming);
  });

  it("ends cleanly on Ctrl-C and leaves no process behind", async () => {
    const running = startCommand(["certify", "level.js", "--effort", "deep"], scratch.path);
    await running.said("printing with the plugin idle");
    const children = childrenOf(running.child.pid!);
    expect(children.length).toBeGreaterThan(0);
    running.child.kill("SIGINT");

    const { code, signal, stdout, stderr } = await running.outcome;
    expect({ code, signal }).toEqual({ code: EXIT.interrupted, signal: null });
    expect(stdout).toContain("interrupted");
    expect(`${stdout}${stderr}`).not.toMatch(/Internal error|\n\s+at /);
    await expect.poll(() => children.filter(isAlive), { timeout: 5000 }).toEqual([]);
  });
});

/** Processes started by a process, where the system tells (Linux). */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).filter((word) => word !== "").map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
