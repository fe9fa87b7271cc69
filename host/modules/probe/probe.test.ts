import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { circleOffset } from "./retry.js";
import { accuracyText, heightRange, meanPosition, medianPosition } from "./samples.js";

const positions = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), fc.integer({ min: -5, max: 5 })), { minLength: 1, maxLength: 9 });

describe("touches of one point", () => {
  it("have their mean and median between the lowest and the highest", () => {
    fc.assert(fc.property(positions, (touches) => {
      const heights = touches.map((touch) => touch[2]);
      for (const result of [meanPosition(touches), medianPosition(touches)]) {
        expect(result[2]).toBeGreaterThanOrEqual(Math.min(...heights) - 1e-9);
        expect(result[2]).toBeLessThanOrEqual(Math.max(...heights) + 1e-9);
      }
      expect(heightRange(touches)).toBe(Math.max(...heights) - Math.min(...heights));
    }));
  });

  it("have a median that as many are above as below", () => {
    expect(medianPosition([[0, 0, 3], [1, 1, 1], [2, 2, 2]])).toEqual([2, 2, 2]);
    expect(medianPosition([[0, 0, 3], [1, 1, 1], [2, 2, 2], [3, 3, 9]])).toEqual([1, 1, 2.5]);
  });

  it("are summed up by PROBE_ACCURACY in Kalico's words", () => {
    expect(accuracyText([[0, 0, 1], [0, 0, 3]])).toBe(
      "probe accuracy results: maximum 3.000000, minimum 1.000000, range 2.000000, average 2.000000, median 2.000000, standard deviation 1.000000, average delta 2.000000");
  });
});

describe("places of further touches after a bad one", () => {
  it("begin at the point and go round it in rings, each its spacing further out, none twice", () => {
    const places = Array.from({ length: 19 }, (_, n) => circleOffset(n, 2));
    const distances = places.map(([x, y]) => Math.round(Math.hypot(x, y) * 1e6) / 1e6);
    expect(distances).toEqual([0, ...Array.from({ length: 6 }, () => 2), ...Array.from({ length: 12 }, () => 4)]);
    expect(new Set(places.map(([x, y]) => `${x.toFixed(3)},${y.toFixed(3)}`)).size).toBe(19);
  });
});
