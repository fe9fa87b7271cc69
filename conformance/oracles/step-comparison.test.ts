import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareSteps, type StepColumns, type StepRecord } from "./step-comparison.js";

interface Row { firstClock: number; interval: number; count: number; add: number; dir: number }

function columns(name: string, rows: readonly Row[]): StepColumns {
  return {
    name, length: rows.length,
    firstClock: rows.map((r) => r.firstClock), interval: rows.map((r) => r.interval), count: rows.map((r) => r.count), add: rows.map((r) => r.add), dir: rows.map((r) => r.dir),
  };
}

/** Rows that follow each other from `start`, every one a little later than the last. */
const rowsArbitrary = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 5000 }), interval: fc.integer({ min: 100, max: 5000 }), count: fc.integer({ min: 1, max: 40 }), add: fc.integer({ min: -2, max: 20 }), dir: fc.integer({ min: 0, max: 1 }) }), { minLength: 1, maxLength: 12 }).map((parts) => {
  let clock = 1000;
  return parts.map(({ gap, ...row }): Row => {
    const firstClock = clock + gap;
    const n = row.count - 1;
    clock = firstClock + n * row.interval + (row.add * n * (n + 1)) / 2;
    return { firstClock, ...row };
  });
});

const total = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + row.count, 0);

describe("O-STEP", () => {
  it("sees no difference between a stream and the same stream shifted with its anchor", () => {
    fc.assert(fc.property(rowsArbitrary, fc.integer({ min: 0, max: 1e9 }), (rows, shift) => {
      const baseline: StepRecord = { steppers: [columns("x", rows)], anchors: [500] };
      const subject: StepRecord = { steppers: [columns("x", rows.map((r) => ({ ...r, firstClock: r.firstClock + shift })))], anchors: [500 + shift] };
      expect(compareSteps(baseline, subject)).toEqual({ stepsCompared: total(rows), differing: 0, deviations: [], worstTicks: 0 });
    }));
  });

  it("does not mind how steps are cut into rows", () => {
    fc.assert(fc.property(rowsArbitrary, (rows) => {
      const single = rows.flatMap((r) => Array.from({ length: r.count }, (_, k) => ({ firstClock: r.firstClock + k * r.interval + (r.add * k * (k + 1)) / 2, interval: 1, count: 1, add: 0, dir: r.dir })));
      const result = compareSteps({ steppers: [columns("x", rows)], anchors: [0] }, { steppers: [columns("x", single)], anchors: [0] });
      expect(result).toMatchObject({ differing: 0, stepsCompared: total(rows) });
    }));
  });

  it("finds a single step that moves by one tick, changes direction, is missing or is extra", () => {
    fc.assert(fc.property(rowsArbitrary, fc.nat(), fc.constantFrom("time", "direction", "missing", "extra"), (rows, pick, what) => {
      const steps = rows.flatMap((r) => Array.from({ length: r.count }, (_, k) => ({ firstClock: r.firstClock + k * r.interval + (r.add * k * (k + 1)) / 2, interval: 1, count: 1, add: 0, dir: r.dir })));
      const i = pick % steps.length;
      const changed = steps.map((s) => ({ ...s }));
      if (what === "time") changed[i]!.firstClock += 1;
      if (what === "direction") changed[i]!.dir ^= 1;
      if (what === "missing") changed.pop();
      if (what === "extra") changed.push({ firstClock: changed.at(-1)!.firstClock + 7, interval: 1, count: 1, add: 0, dir: 1 });
      const result = compareSteps({ steppers: [columns("x", steps)], anchors: [0] }, { steppers: [columns("x", changed)], anchors: [0] });
      expect(result.differing).toBe(1);
      expect(result.deviations[0]).toMatchObject({ stepper: "x", segment: 0, kind: what });
      if (what === "time") expect(result.deviations[0]).toMatchObject({ step: i, deltaTicks: 1 });
    }));
  });

  it("judges each segment from its own anchor", () => {
    const a: Row = { firstClock: 1100, interval: 10, count: 5, add: 0, dir: 1 };
    const b: Row = { firstClock: 5100, interval: 10, count: 5, add: 0, dir: 1 };
    const baseline = { steppers: [columns("x", [a, b])], anchors: [1000, 5000] };
    const subject = { steppers: [columns("x", [a, { ...b, firstClock: 6100 }])], anchors: [1000, 6000] };
    expect(compareSteps(baseline, subject).differing).toBe(0);
    expect(compareSteps(baseline, { ...subject, anchors: [1000, 6001] }).differing).toBe(5);
  });
});
