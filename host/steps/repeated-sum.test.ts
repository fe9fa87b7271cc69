import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repeatedSum } from "./repeated-sum.js";

describe("repeated-sum", () => {
  it("ends on the same bits as adding one by one, through zero and all powers of two", () => {
    fc.assert(fc.property(
      fc.double({ min: -400, max: 400, noNaN: true }), fc.double({ min: 1e-5, max: 0.1, noNaN: true }), fc.boolean(), fc.integer({ min: 0, max: 60_000 }),
      (start, size, down, count) => {
        const step = down ? -size : size;
        let sum = start;
        for (let i = 0; i < count; i++) sum += step;
        expect(repeatedSum(start, step, count)).toBe(sum);
      },
    ), { numRuns: 300, seed: 3 });
  });

  it("does so for the half steps of printers", () => {
    for (const stepDist of [0.0125, 0.003125, 0.00078125, 40 / 51200, 22.6789511 / 12800, 0.0004, 8 / 3200]) {
      for (const start of [0, 100, -5, 219.98, 0.013]) {
        let up = start;
        for (let i = 0; i < 50_000; i++) up += stepDist / 2;
        expect(repeatedSum(start, stepDist / 2, 50_000)).toBe(up);
        let down = up;
        for (let i = 0; i < 70_000; i++) down -= stepDist / 2;
        expect(repeatedSum(up, -stepDist / 2, 70_000)).toBe(down);
      }
    }
  });
});
