import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printJob } from "./print-job.js";

describe("print job", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(printJob({ seed: 7, lines: 500 })).toEqual(printJob({ seed: 7, lines: 500 }));
    expect(printJob({ seed: 8, lines: 500 })).not.toEqual(printJob({ seed: 7, lines: 500 }));
  });

  it("stays on the bed and about as long as asked", () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 50, max: 3000 }), (seed, lines) => {
      const job = printJob({ seed, lines });
      expect(job.length).toBeGreaterThanOrEqual(lines);
      expect(job.length).toBeLessThan(lines + 120);
      for (const text of job) {
        for (const [, axis, value] of text.matchAll(/([XY])(-?[\d.]+)/g)) {
          expect(Number(value), `${axis} in ${text}`).toBeGreaterThan(50);
          expect(Number(value), `${axis} in ${text}`).toBeLessThan(170);
        }
      }
    }), { numRuns: 20 });
  });
});
