import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import { sharedNote, sharedPath } from "../../host/testing/shared-data.js";
import { stepColumns } from "../session/trace-evidence.js";
import { runJob } from "../world/run-job.js";
import { loadStepRows } from "./step-rows.js";
import { compareStepStreams, jobPart } from "./step-stream-comparison.js";

const FREQUENCY = 16_000_000;
/** Rows that a host may need above the reference, share. */
const MORE_ROWS = 0.02;
const golden = sharedPath("golden");
const file = (name: string): string => `${golden}/${name}`;

/** One step of the middle of the stream comes 100 us late: its row is cut in three. */
function withLateStep(rows: readonly StepColumns[], name: string): StepColumns[] {
  return rows.map((s) => {
    if (s.name !== name) return s;
    const row = Array.from({ length: s.length }, (_, i) => i).findIndex((i) => i > s.length / 2 && s.count[i]! > 20);
    const c = { firstClock: [...Array.from(s.firstClock)], interval: [...Array.from(s.interval)], count: [...Array.from(s.count)], add: [...Array.from(s.add)], dir: [...Array.from(s.dir)] };
    const [first, interval, count, add, dir] = [c.firstClock[row]!, c.interval[row]!, c.count[row]!, c.add[row]!, c.dir[row]!];
    const clockOf = (k: number): number => first + k * interval + (add * k * (k + 1)) / 2;
    const late = 10;
    const pieces = [[0, late, 0], [late, 1, 0.0001 * FREQUENCY], [late + 1, count - late - 1, 0]] as const;
    c.firstClock.splice(row, 1, ...pieces.map(([k, , shift]) => clockOf(k) + shift));
    c.interval.splice(row, 1, ...pieces.map(([k]) => interval + k * add));
    c.count.splice(row, 1, ...pieces.map(([, n]) => n));
    c.add.splice(row, 1, ...pieces.map(() => add));
    c.dir.splice(row, 1, ...pieces.map(() => dir));
    return { name: s.name, length: s.length + 2, ...c };
  });
}

describe.skipIf(golden === undefined)(`the step stream of Kalico${sharedNote(golden)}`, () => {
  it.each(["cartesian", "corexy", "cartesian-pa", "corexy-shaper-pa", "delta"])("is what the host makes of the %s job, step by step, in no more rows", async (name) => {
    const run = await runJob({
      configFile: file(`${name}.cfg`), board: "ideal", seed: 1, traceCommands: false, lines: readFileSync(file(`${name}.gcode`), "utf8").split("\n"),
    });
    expect(run).toMatchObject({ state: "ready", result: { errors: [] } });
    const rows = stepColumns(run.world);
    const reference = loadStepRows(file(`${name}.steps.csv.gz`));

    const comparison = compareStepStreams(rows, reference, { frequency: FREQUENCY });

    expect(comparison).toMatchObject({ equal: true, problems: [] });
    for (const stepper of comparison.steppers) expect(stepper).toMatchObject({ missing: 0, extra: 0, outOfTolerance: 0 });
    const summary = JSON.parse(readFileSync(file(`${name}.summary.json`), "utf8")) as Record<string, { queue_step: number }>;
    for (const s of jobPart(rows, FREQUENCY)) expect(s.length, s.name).toBeLessThanOrEqual(summary[s.name]!.queue_step * (1 + MORE_ROWS));

    // The comparison is worth something: one late step among millions is found.
    const late = name === "delta" ? "stepper_b" : "stepper_y";
    const mutated = compareStepStreams(withLateStep(rows, late), reference, { frequency: FREQUENCY });
    expect(mutated).toMatchObject({ equal: false, first: { stepper: late, kind: "time" } });
    expect(mutated.steppers.filter((s) => s.outOfTolerance > 0)).toMatchObject([{ name: late, missing: 0, extra: 0, outOfTolerance: 1 }]);
  });

  it("has the row counts of its summary", () => {
    const summary = JSON.parse(readFileSync(file("cartesian.summary.json"), "utf8")) as Record<string, { queue_step: number }>;
    const counts = Object.fromEntries(loadStepRows(file("cartesian.steps.csv.gz")).map((s) => [s.name, s.length]));
    expect(counts).toEqual(Object.fromEntries(Object.keys(counts).map((name) => [name, summary[name]!.queue_step])));
  });
});
