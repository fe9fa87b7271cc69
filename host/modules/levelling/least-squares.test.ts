import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coordinateDescent } from "./coordinate-descent.js";
import { fitPlane } from "./plane.js";

const slope = fc.double({ min: -0.05, max: 0.05, noNaN: true });
const height = fc.double({ min: -5, max: 5, noNaN: true });

describe("coordinate descent", () => {
  it("finds the bottom of a bowl", () => {
    const bottom = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(bottom, (place) => {
      const { parameters, error, startError } = coordinateDescent(place.map(() => 0), (tried) => tried.reduce((sum, value, i) => sum + (i + 1) * (value - place[i]!) ** 2, 0));

      for (const [i, value] of parameters.entries()) expect(value).toBeCloseTo(place[i]!, 4);
      expect(error).toBeLessThanOrEqual(startError);
    }));
  });

  it("leaves alone what it is not to adjust", () => {
    const { parameters } = coordinateDescent([1, 2, 3], (tried) => tried.reduce((sum, value) => sum + value ** 2, 0), [2, 0]);

    expect(parameters[1]).toBe(2);
    expect(Math.abs(parameters[0]!) + Math.abs(parameters[2]!)).toBeLessThan(1e-4);
  });

  it("stays where nothing is better", () => {
    expect(coordinateDescent([4, 5], () => 7)).toEqual({ parameters: [4, 5], startError: 7, error: 7 });
  });
});

describe("a plane through probed points", () => {
  it("is the one that the points lie in", () => {
    fc.assert(fc.property(slope, slope, height, (x, y, z) => {
      const at = (px: number, py: number): number[] => [px, py, px * x + py * y + z];
      const plane = fitPlane([at(20, 20), at(200, 20), at(200, 180), at(20, 180)]);

      expect(plane.x).toBeCloseTo(x, 5);
      expect(plane.y).toBeCloseTo(y, 5);
      expect(plane.z).toBeCloseTo(z, 3);
    }), { numRuns: 30 });
  });

  it("is Kalico's to the last digit that is printed", () => {
    const recorded: [points: number[][], printed: string[]][] = [
      [[[50, 50, 2.909972], [50, 195, 2.924972], [195, 195, 2.959972], [195, 50, 2.924972]], ["0.000172", "0.000172", "2.887720"]],
      [[[33.591, 211.858, 0.528], [63.767, 123.859, -0.101], [162.898, 197.181, -0.812], [7.087, 208.941, -0.134], [190.57, 0.527, -0.109]],
        ["-0.005598", "-0.003179", "0.859146"]],
      [[[180.385, 57.191, 0.891], [225.357, 7.647, -0.949], [135.353, 234.787, -0.238], [54.15, 105.529, -0.942], [55.423, 109.472, -0.008]],
        ["0.001713", "0.001232", "-0.598933"]],
    ];
    for (const [points, printed] of recorded) {
      const { x, y, z } = fitPlane(points);
      expect([x, y, z].map((value) => value.toFixed(6))).toEqual(printed);
    }
  });
});
