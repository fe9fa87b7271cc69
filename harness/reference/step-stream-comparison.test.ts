import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import { expandSteps, parseStepRows, standstills } from "./step-rows.js";
import { compareJobParts, compareStepStreams, jobPart, type StepStreamComparison } from "./step-stream-comparison.js";

const FREQUENCY = 16_000_000;
const HEADER = "stepper,first_clock,interval,count,add,dir";

/** One row per step. */
const stream = (name: string, steps: readonly (readonly [clock: number, dir: number])[]): StepColumns => ({
  name, length: steps.length, firstClock: steps.map(([clock]) => clock), interval: steps.map(() => 0), count: steps.map(() => 1), add: steps.map(() => 0), dir: steps.map(([, dir]) => dir),
});
const second = (seconds: number): number => Math.round(seconds * FREQUENCY);
/** The moves before the first pause, then one segment: 100 steps of x and 50 of y, 1 ms apart. */
const job = (count: number, from = 10): [number, number][] => [
  ...Array.from({ length: 10 }, (_, i): [number, number] => [second(from) + i * 16_000, 1]),
  ...Array.from({ length: count }, (_, i): [number, number] => [second(from + 1) + i * 16_000, 1]),
];
const reference = (): [number, number][][] => [job(100), job(50)];
const compare = (ours: readonly [number, number][][], golden = reference()): StepStreamComparison => {
  const names = ["stepper_x", "stepper_y"];
  return compareStepStreams(ours.map((steps, i) => stream(names[i]!, steps)), golden.map((steps, i) => stream(names[i]!, steps)), { frequency: FREQUENCY });
};

describe("step rows", () => {
  it("expand to the clocks of the row formula", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 1000, max: 1e6 }), fc.integer({ min: 1, max: 300 }), fc.integer({ min: -3, max: 3 }), (first, interval, count, add) => {
      const [s] = expandSteps(parseStepRows(`${HEADER}\nstepper_x,${first},${interval},${count},${add},1\n`));
      expect([...s!.clocks]).toEqual(Array.from({ length: count }, (_, k) => first + k * interval + (add * k * (k + 1)) / 2));
    }));
  });

  it("are refused without one of the columns, or with a field that is no integer", () => {
    expect(() => parseStepRows("stepper,first_clock,interval,count,add\n")).toThrow('lack the column "dir"');
    expect(() => parseStepRows(`${HEADER}\nstepper_x,1,x,1,0,1\n`)).toThrow('Step row 1 has "x" for interval');
  });

  it("stand still exactly where no stepper moves for longer", () => {
    fc.assert(fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 4 }), (clockLists) => {
      const streams = expandSteps(clockLists.map((list, i) => stream(`s${i}`, list.sort((a, b) => a - b).map((c) => [c, 1]))));
      const merged = clockLists.flat().sort((a, b) => a - b);
      const expected = merged.slice(1).flatMap((next, i) => (next - merged[i]! > 10 ? [{ last: merged[i]!, next }] : []));
      expect(standstills(streams, 10)).toEqual(expected);
    }));
  });
});

describe("comparison of step streams", () => {
  it("finds a stream equal to itself, also when segments start at other times", () => {
    expect(compare(reference())).toMatchObject({ equal: true, problems: [], segments: 2 });
    const later = reference().map((steps) => steps.map(([clock, dir], i): [number, number] => [clock + (i < 10 ? 777 : 123_456), dir]));
    expect(compare(later)).toMatchObject({ equal: true, steppers: [{ worstSeconds: 0 }, { worstSeconds: 0 }] });
  });

  it("drops what comes before the pause of 3 s after homing", () => {
    const homed = reference().map((steps) => [[second(2), 0], [second(2.001), 1], ...steps] as [number, number][]);
    expect(compare(homed).equal).toBe(true);
    expect(jobPart([stream("stepper_x", homed[0]!)], FREQUENCY)).toEqual([stream("stepper_x", reference()[0]!)]);
  });

  it("finds any single step that is moved by more than the tolerance, and where", () => {
    fc.assert(fc.property(fc.nat(1), fc.nat(49), fc.integer({ min: 801, max: 5000 }), fc.boolean(), (stepper, step, ticks, early) => {
      const ours = reference();
      ours[stepper]![10 + step]![0] += early ? -ticks : ticks;
      const result = compare(ours);
      expect(result.equal).toBe(false);
      expect(result.first).toMatchObject({ stepper: ["stepper_x", "stepper_y"][stepper], segment: 1, step, kind: "time" });
      expect(result.steppers.map((s) => s.outOfTolerance)).toEqual(stepper === 0 ? [1, 0] : [0, 1]);
    }));
  });

  it("lets steps pass that are moved by no more than the tolerance", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 100, maxLength: 100 }), (moves) => {
      const ours = reference().map((steps) => steps.map(([clock, dir], i): [number, number] => [clock + (i < 10 ? 0 : moves[i - 10]!), dir]));
      expect(compare(ours).equal).toBe(true);
    }));
  });

  it("counts missing and extra steps", () => {
    const fewer = reference();
    fewer[0]!.pop();
    expect(compare(fewer)).toMatchObject({ equal: false, first: { stepper: "stepper_x", kind: "missing", step: 99 }, steppers: [{ missing: 1, extra: 0, outOfTolerance: 1 }, { outOfTolerance: 0 }] });
    const more = reference();
    more[1]!.push([second(11) + 50 * 16_000, 1]);
    expect(compare(more)).toMatchObject({ equal: false, first: { stepper: "stepper_y", kind: "extra" }, steppers: [{ extra: 0 }, { missing: 0, extra: 1 }] });
  });

  it("finds a step in the other direction", () => {
    const ours = reference();
    ours[0]![60]![1] = 0;
    expect(compare(ours)).toMatchObject({ equal: false, first: { stepper: "stepper_x", step: 50, kind: "direction" } });
  });

  it("allows some pairs of opposite steps that one stream steps over, but not many", () => {
    const withPairs = (n: number): [number, number][][] => {
      const ours = reference();
      for (let i = 0; i < n; i++) ours[0]!.splice(12 + 5 * i, 0, [ours[0]![11 + 5 * i]![0] + 10, 1], [ours[0]![11 + 5 * i]![0] + 20, 0]);
      return ours;
    };
    // Pairs follow each other by three steps: each must be proved by those behind it.
    expect(compare(withPairs(1))).toMatchObject({ equal: true, steppers: [{ excursionPairs: 1 }, {}] });
    expect(compare(reference(), withPairs(1))).toMatchObject({ equal: true, steppers: [{ excursionPairs: 1 }, {}] });
    const ours = reference();
    for (let i = 8; i >= 0; i--) ours[0]!.splice(12 + 11 * i, 0, [ours[0]![11 + 11 * i]![0] + 10, 1], [ours[0]![11 + 11 * i]![0] + 20, 0]);
    expect(compare(ours)).toMatchObject({ equal: true, steppers: [{ excursionPairs: 9 }, {}] });
    const strict = compareStepStreams([stream("stepper_x", ours[0]!)], [stream("stepper_x", reference()[0]!)], { frequency: FREQUENCY, excursionPairs: 8 });
    expect(strict.equal).toBe(false);
  });

  it("lets a pair come right after a pair, when the steps between them fit", () => {
    const steps = (pairs: readonly number[]): [number, number][] => {
      const all = Array.from({ length: 40 }, (_, i): [number, number] => [second(11) + i * 16_000, 1]);
      for (const at of [...pairs].sort((a, b) => b - a)) all.splice(at, 0, [all[at - 1]![0] + 2000, 0], [all[at - 1]![0] + 4000, 1]);
      return all;
    };
    const judge = (pairs: readonly number[]): StepStreamComparison => compareJobParts(expandSteps([stream("stepper_x", steps(pairs))]), expandSteps([stream("stepper_x", steps([]))]), { frequency: FREQUENCY });
    expect(judge([10, 15])).toMatchObject({ equal: true, steppers: [{ excursionPairs: 2 }] });
    expect(judge([10, 12])).toMatchObject({ equal: false });
  });

  it("allows a lone step at another passage of its place where asked to, if its neighbours are far apart and fit", () => {
    const steps = (at: number, moved: number, gap: number): [number, number][] =>
      Array.from({ length: 40 }, (_, i): [number, number] => [second(11) + i * 16_000 + (i > at ? gap : 0) + (i === at ? moved : 0), 1]);
    const judge = (moved: number, gap: number, triplePassageSeconds?: number): StepStreamComparison =>
      compareJobParts(expandSteps([stream("stepper_x", steps(20, moved, gap))]), expandSteps([stream("stepper_x", steps(20, 0, gap))]), { frequency: FREQUENCY, ...(triplePassageSeconds === undefined ? {} : { triplePassageSeconds }) });
    expect(judge(32_000, 48_000, 0.004)).toMatchObject({ equal: true, steppers: [{ excursionPairs: 1 }] });
    expect(judge(32_000, 48_000)).toMatchObject({ equal: false });
    expect(judge(65_000, 130_000, 0.004)).toMatchObject({ equal: false });
    // A motor that goes past at speed has no time for it.
    expect(judge(17_000, 0, 0.004)).toMatchObject({ equal: false });
  });

  it("lets only the moves before the first pause differ by a few steps", () => {
    const early = Array.from({ length: 65 }, (_, i): [number, number] => [second(10) - (65 - i) * 16_000, 1]);
    expect(compare([[...early.slice(1), ...reference()[0]!], reference()[1]!]).equal).toBe(true);
    expect(compare([[...early, ...reference()[0]!], reference()[1]!])).toMatchObject({ equal: false, first: { segment: 0, kind: "extra" } });
  });

  it("names segments and steppers that are in one stream only", () => {
    expect(compare([reference()[0]!]).problems).toEqual(["steppers differ: ours stepper_x, reference stepper_x, stepper_y"]);
    const longer = reference();
    longer[0]!.push([second(13), 1]);
    expect(compare(longer).problems).toEqual(["segments differ: ours 3, reference 2 (cut where nothing moves for 100 ms)"]);
  });
});
