import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import { printJob } from "../../conformance/jobs/print-job.js";
import { compareStepStreams, jobPart } from "../reference/step-stream-comparison.js";
import { stepColumns } from "../session/trace-evidence.js";
import { printerBoards, printerOnBoard } from "../testing/board-printers.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { boardNamed } from "./sim-world.js";
import { runJob, type JobRun } from "./run-job.js";

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

/** Homes all axes, lets a part of 60 lines follow after the pause that marks the end of homing, and heats meanwhile. */
const JOB = ["G28", "G1 Z5 F900", "G1 X100 Y100 F9000", "G4 P3000", "M104 S60", "M106 S200", "G1 X90", "G4 P500", ...printJob({ seed: 3, lines: 60, centreX: 100, centreY: 100, radius: 30 }), "M400"];
const print = (board: string, initialClock = 0): Promise<JobRun> =>
  runJob({ configFile: scratch.write(`${board}.cfg`, printerOnBoard(board)), board, seed: 1, lines: JOB, live: true, initialClock });
const READY = { state: "ready", message: "Printer is ready", result: { errors: [], stopped: false } };

describe("a printer on each board", () => {
  it.each(printerBoards)("%s connects, homes against its switches and prints", async (board) => {
    const run = await print(board);

    expect(run).toMatchObject(READY);
    expect(run.world.main.mcu.isShutdown).toBe(false);
    const toolhead = run.world.printer!.lookupObject<{ getStatus(eventTime: number): { homed_axes: string; position: readonly number[] } }>("toolhead").getStatus(run.world.clock.now);
    expect(toolhead.homed_axes).toBe("xyz");
    const columns = stepColumns(run.world);
    expect(columns.map((c) => c.name).sort()).toEqual(["extruder", "stepper_x", "stepper_y", "stepper_z"]);
    for (const c of columns) expect(c.length, c.name).toBeGreaterThan(0);
    const { temperature } = run.world.printer!.lookupObject<{ getStatus(eventTime: number): { temperature: number } }>("extruder").getStatus(run.world.clock.now);
    expect(temperature).toBeGreaterThan(35);
  });
});

describe("the 32-bit clock of a micro-controller", () => {
  const board = "stm32f446";
  const frequency = boardNamed(board).clockFreq;
  const WRAP = 2 ** 32;
  let usual: StepColumns[];
  beforeAll(async () => { usual = jobPart(stepColumns((await print(board)).world), frequency); });
  const problems = (rows: readonly StepColumns[]): string[] => {
    const comparison = compareStepStreams(rows, usual, { frequency });
    expect(comparison.segments).toBeGreaterThan(1);
    return comparison.problems;
  };

  it.each([
    ["while it connects", 0.5], ["in its first homing move", 3], ["as Z homes", 20], ["in the print", 41.5],
  ])("may wrap %s: the print is the same", async (_when, wrapSeconds) => {
    const run = await print(board, 2 * WRAP - wrapSeconds * frequency);

    expect(run).toMatchObject(READY);
    const rows = stepColumns(run.world);
    expect(rows.some((c) => c.firstClock[0]! < 2 * WRAP) && rows.some((c) => c.firstClock[c.length - 1]! > 2 * WRAP)).toBe(wrapSeconds > 1);
    expect(problems(rows)).toEqual([]);
  });

  it("may have wrapped some times before the host connects", async () => {
    const run = await print(board, 7 * WRAP - 6 * frequency);
    expect(run).toMatchObject(READY);
    expect(problems(stepColumns(run.world))).toEqual([]);
  });
});
