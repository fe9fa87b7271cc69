import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gantryCorners, platePivots, suspensionOf, type Place } from "./suspension.js";

const place = fc.tuple(fc.integer({ min: -60, max: 360 }), fc.integer({ min: -60, max: 360 }));
const slope = fc.double({ min: -0.05, max: 0.05, noNaN: true });
const over = (weights: readonly number[], heights: readonly number[]): number => heights.reduce((sum, height, i) => sum + height * weights[i]!, 0);

describe("a plate on pivots", () => {
  it("rises as far as all its motors rise together", () => {
    fc.assert(fc.property(fc.array(place, { minLength: 1, maxLength: 5 }), place, (pivots, [x, y]) => {
      expect(platePivots(pivots)(x, y).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    }));
  });

  it("lies in the plane that the motors are in, however many they are", () => {
    const pivots = fc.array(place, { minLength: 3, maxLength: 5 }).filter((p) => Math.abs((p[1]![0] - p[0]![0]) * (p[2]![1] - p[0]![1]) - (p[2]![0] - p[0]![0]) * (p[1]![1] - p[0]![1])) > 500);
    fc.assert(fc.property(pivots, slope, slope, place, (p, a, b, [x, y]) => {
      const plane = (px: number, py: number): number => a * px + b * py + 3;
      expect(over(platePivots(p)(x, y), p.map(([px, py]) => plane(px, py)))).toBeCloseTo(plane(x, y), 6);
    }));
  });

  it("leans along the line of two pivots only", () => {
    const weights = platePivots([[0, 100], [200, 100]]);

    expect(over(weights(50, 100), [1, 2])).toBeCloseTo(1.25, 9);
    expect(over(weights(50, 300), [1, 2])).toBeCloseTo(1.25, 9);
  });

  it("leans nowhere on pivots in one place", () => {
    expect(platePivots([[7, 7], [7, 7]])(100, 3)).toEqual([0.5, 0.5]);
  });
});

describe("a gantry on four corners", () => {
  const corners: readonly Place[] = [[-10, -20], [-10, 300], [250, 300], [250, -20]];
  it("is at each corner where its motor is, and straight along its sides", () => {
    const weights = gantryCorners(corners[0]!, corners[2]!);
    const heights = [1, 2, 4, -3];

    for (const [i, [x, y]] of corners.entries()) expect(over(weights(x, y), heights)).toBeCloseTo(heights[i]!, 9);
    expect(over(weights(-10, 140), heights)).toBeCloseTo(1.5, 9);
    expect(over(weights(120, 300), heights)).toBeCloseTo(3, 9);
  });
});

describe("what a configuration says of it", () => {
  it("is a place for each z motor, or two corners of a gantry for four", () => {
    const tilt = { z_positions: "\n-50, 10\n50,10" };
    expect(suspensionOf({ z_tilt: tilt }, 2)?.(-50, 0)).toEqual([1, 0]);
    expect(suspensionOf({ z_tilt_ng: tilt }, 2)?.(50, 0)).toEqual([0, 1]);
    expect(suspensionOf({ quad_gantry_level: { gantry_corners: "\n0,0\n10,10" } }, 4)?.(0, 10)).toEqual([0, 1, 0, 0]);
    expect([suspensionOf({ z_tilt: tilt }, 3), suspensionOf({ quad_gantry_level: { gantry_corners: "0,0\n10,10" } }, 3), suspensionOf({}, 3)]).toEqual([undefined, undefined, undefined]);
  });
});
