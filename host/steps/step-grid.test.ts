import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StepGrid } from "./step-grid.js";

const stretches = fc.array(fc.record({ up: fc.constantFrom(0, 1), count: fc.integer({ min: 1, max: 3000 }) }), { minLength: 1, maxLength: 20 });

describe("step-grid", () => {
  it("decides whether a turn on a full step has reached it by a position summed up half step by half step", () => {
    fc.assert(fc.property(stretches, fc.constantFrom(0.0125, 40 / 51200, 0.003125, 22.6789511 / 12800), fc.double({ min: -200, max: 200, noNaN: true }), (moves, stepDist, start) => {
      const grid = new StepGrid();
      grid.stepDist = stepDist;
      grid.setPosition(start);
      let sum = start;
      let lastUp = 0;
      for (const { up, count } of moves) {
        const half = 0.5 * stepDist;
        let target = lastUp ? sum + half : sum - half;
        if (up !== lastUp) target = up ? target + half + half : target - half - half;
        for (let i = 0; i < count; i++) target = up ? target + half + half : target - half - half;
        grid.take(count, up, lastUp);
        lastUp = up;
        sum = up ? target - half : target + half;

        expect(grid.position).toBe(sum);
        for (const position of [sum, sum + 1e-13, sum - 1e-13]) {
          expect(grid.isFullyReached(position, up)).toBeUndefined();
          expect(grid.isSumReached(position, up, false)).toBe((up ? position - target : target - position) >= -half);
        }
        expect(grid.stepsTo(target, up, up)).toBe(1);
        expect(grid.stepsTo(target + (up ? -2e-9 : 2e-9), up, up)).toBe(0);
        expect(grid.isFullyReached(grid.position + (up ? 0.01 : -0.01) * stepDist, up)).toBe(true);
        expect(grid.isFullyReached(grid.position - (up ? 0.01 : -0.01) * stepDist, up)).toBe(false);
      }
    }), { numRuns: 200, seed: 4 });
  });
});
