import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { runJob } from "../world/run-job.js";
import type { TraceLog } from "./trace-log.js";
import { TraceRecorder } from "./trace-recorder.js";
import { writeVcd } from "./vcd.js";
import { checkTraceOptions, writeTraces } from "./write-trace.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface TraceEvent { ph: string; name: string; pid: number; tid?: number; ts?: number; dur?: number; args?: Record<string, unknown> }

let directory: string;
let log: TraceLog;
let hash: string;
const job = async (traced: boolean): Promise<string> => {
  let recorder: TraceRecorder | undefined;
  const { world, state } = await runJob({
    configFile: join(directory, "printer.cfg"), board: "atmega2560", seed: 1, lines: ["G28", "M104 S40", "G1 X50 Y40 F6000", "G1 X20 Y20", "G1 Z5 F600"],
    onWorld: (made) => { if (traced) recorder = new TraceRecorder(made); },
    observer: { onGcodeCommand: (line, at) => recorder?.onGcodeCommand(line, at) }, onProgress: () => recorder?.sample(),
  });
  expect(state).toBe("ready");
  if (recorder !== undefined) log = recorder.finish("print");
  return world.main.trace.hash();
};

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "kalico-hil-trace-"));
  writeFileSync(join(directory, "printer.cfg"), BASE_PRINTER);
  hash = await job(true);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const text = (options: Parameters<typeof writeVcd>[2] = {}): { text: string; result: ReturnType<typeof writeVcd> } => {
  const pieces: string[] = [];
  const result = writeVcd(log, (piece) => pieces.push(piece), options);
  return { text: pieces.join(""), result };
};
const file = (name: string): string => join(directory, name);

describe("recording", () => {
  it("changes nothing of the print", async () => expect(await job(false)).toBe(hash));
});

describe("Chrome trace events", () => {
  let events: TraceEvent[];
  beforeAll(() => {
    writeTraces(log, { trace: file("t.perfetto-trace") });
    events = (JSON.parse(readFileSync(file("t.perfetto-trace"), "utf8")) as { traceEvents: TraceEvent[] }).traceEvents;
  });

  it("have G-code, moves and slack as tracks", () => {
    const tracks = events.filter((e) => e.name === "thread_name").map((e) => e.args!["name"]);
    expect(tracks).toEqual(["G-code", "callbacks of the plugin", "moves of toolhead"]);
    expect(events.filter((e) => e.ph === "X" && e.tid === 1).map((e) => e.name)).toEqual(["G28", "M104", "G1", "G1", "G1"]);
    expect(events.some((e) => e.ph === "C" && e.name === "slack")).toBe(true);
  });

  it("have moves that do not overlap and go as far as the G-code says", () => {
    const moves = events.filter((e) => e.ph === "X" && e.tid === 10);
    for (let i = 1; i < moves.length; i++) expect(moves[i]!.ts!).toBeGreaterThanOrEqual(moves[i - 1]!.ts! + moves[i - 1]!.dur! - 0.01);
    const along = moves.reduce((mm, m) => {
      const direction = m.args!["direction"] as number[];
      const seconds = m.dur! / 1e6;
      return mm + Math.abs(direction[2]!) * ((m.args!["start mm/s"] as number) * seconds + 0.5 * (m.args!["accel mm/s²"] as number) * seconds ** 2);
    }, 0);
    expect(along).toBeGreaterThan(4);
  });
});

describe("the dump of the pins", () => {
  it("has a rising edge for every step", () => {
    const steps = log.steppers.reduce((n, s) => n + s.count.reduce((a, b) => a + b, 0), 0);
    const { text: vcd, result } = text();
    const ids = [...vcd.matchAll(/\$var wire 1 (\S+) \S+\.step\.\S+ \$end/g)].map((m) => m[1]!);
    const rising = vcd.slice(vcd.indexOf("$enddefinitions")).split("\n").filter((line) => line.startsWith("1") && ids.includes(line.slice(1))).length;
    expect(rising).toBe(steps);
    expect(result.stepsUntil).toBeUndefined();
  });

  it("never goes back in time", () => {
    const times = text().text.split("\n").filter((l) => l.startsWith("#")).map((l) => Number(l.slice(1)));
    expect(times.every((t, i) => i === 0 || t > times[i - 1]!)).toBe(true);
  });

  it("ends the step pins at the limit and says where; a window draws another stretch", () => {
    const cut = text({ maxEdges: 1000 });
    expect(cut.result.stepsUntil).toBeGreaterThan(0);
    expect(cut.result.changes).toBeLessThan(3000);
    expect(text({ maxEdges: 1000, from: cut.result.stepsUntil!, to: cut.result.stepsUntil! + 0.05 }).result.changes).toBeGreaterThan(10);
  });

  it.each([
    ["GTKWave", "vcd2fst", (path: string) => [path, `${path}.fst`], ""],
    ["PulseView's library", "sigrok-cli", (path: string) => ["-I", "vcd", "-i", path, "--show"], "stepper_x.step"],
  ])("is read by %s", (_name, program, args, says) => {
    writeTraces(log, { vcd: file("t.vcd"), vcdWindow: "1.1:1.3" });
    const run = spawnSync(program, args(file("t.vcd")), { encoding: "utf8", timeout: 30_000 });
    if ((run.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return console.warn(`skipped: ${program} is not installed`);
    expect([run.status, run.stderr]).toEqual([0, expect.not.stringMatching(/error/i)]);
    expect(run.stdout).toContain(says);
    expect(statSync(file("t.vcd")).size).toBeGreaterThan(500);
  });
});

describe("the table", () => {
  it("has a row for each event, with the same number of cells", () => {
    writeTraces(log, { trace: file("t.csv") });
    const rows = readFileSync(file("t.csv"), "utf8").trimEnd().split("\n");
    expect(rows.filter((r) => r.split(",").length !== 5)).toEqual([]);
    expect(rows.filter((r) => r.includes(",gcode,")).length).toBe(5);
  });
});

describe("options", () => {
  it.each([[{ trace: "t.txt" }, "--trace writes"], [{ vcdWindow: "1:2" }, "add --vcd"], [{ vcd: "a.vcd", vcdWindow: "2:1" }, "FROM:TO"]])("%j are refused with the remedy", (options, words) => {
    expect(() => checkTraceOptions(options)).toThrow(words);
  });
});
