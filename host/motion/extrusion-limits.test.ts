import fc from "fast-check";
import { expect, it } from "vitest";
import { judgeExtrusion, type ExtrusionLimits } from "./extrusion-limits.js";

const limits: ExtrusionLimits = { nozzleDiameter: 0.4, filamentArea: 2.4, maxExtrudeRatio: 0.25, maxEVelocity: 40, maxEAccel: 1000, maxEDist: 50 };
const mm = fc.integer({ min: -99_000, max: 99_000 }).map((value) => value / 1000);
const ratios = fc.integer({ min: -2000, max: 2000 }).map((value) => value / 1000);

it("filament alone, and filament that is drawn back, goes at most at its own speed and acceleration", () => {
  fc.assert(
    fc.property(ratios.filter((ratio) => ratio !== 0), mm.filter((distance) => Math.abs(distance) <= limits.maxEDist), fc.boolean(), (ratio, distance, isAlongXy) => {
      fc.pre(!isAlongXy || ratio < 0);
      const verdict = judgeExtrusion(limits, { ratio, distance, isAlongXy });

      if (verdict.kind !== "no faster than") throw new Error(verdict.kind);
      expect(verdict.velocity * Math.abs(ratio)).toBeCloseTo(limits.maxEVelocity, 9);
      expect(verdict.accel * Math.abs(ratio)).toBeCloseTo(limits.maxEAccel, 9);
    }),
  );
});

it("a line is laid as it is up to its largest cross section, beyond it when it is a blob", () => {
  fc.assert(
    fc.property(ratios.map(Math.abs), mm.map(Math.abs), (ratio, distance) => {
      const { kind } = judgeExtrusion(limits, { ratio, distance, isAlongXy: true });
      expect(kind).toBe(ratio > limits.maxExtrudeRatio && distance > limits.nozzleDiameter * limits.maxExtrudeRatio ? "refused" : "as it is");
    }),
  );
});

it("refusals name value, limit and option", () => {
  const lines = (ratio: number, distance: number, isAlongXy: boolean): unknown => judgeExtrusion(limits, { ratio, distance, isAlongXy });
  expect(lines(1, -60, false)).toMatchObject({ lines: ["Extrude only move too long (-60.000mm vs 50.000mm)", "See the 'max_extrude_only_distance' config option for details"] });
  expect(lines(0.5, 5, true)).toMatchObject({ lines: ["Move exceeds maximum extrusion (1.200mm^2 vs 0.600mm^2)", "See the 'max_extrude_cross_section' config option for details"] });
});
