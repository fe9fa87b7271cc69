import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineCollector } from "./line-coverage.js";

const lineSet = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });

describe("line coverage", () => {
  it("counts each line that can run once, as run or as never run", () => {
    fc.assert(fc.property(lineSet, fc.array(lineSet, { maxLength: 4 }), (code, runs) => {
      const collector = new LineCollector();
      collector.setCode({ "a.py": code });
      for (const run of runs) collector.add({ "a.py": run });
      const [file] = collector.summary()!;
      const ran = new Set(runs.flat().filter((line) => code.includes(line)));
      expect([file!.lines, file!.ran]).toEqual([code.length, ran.size]);
      const never = code.filter((line) => file!.never.some(([first, last]) => line >= first && line <= last));
      expect(never.sort((a, b) => a - b)).toEqual(code.filter((line) => !ran.has(line)).sort((a, b) => a - b));
    }));
  });

  it("is absent where lines are not counted", () => {
    expect(new LineCollector().summary()).toBeUndefined();
  });
});
