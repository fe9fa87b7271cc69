import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Buckets, extremes, MAX_BUCKETS } from "./bucket-series.js";

const point = fc.tuple(fc.double({ min: 0, max: 1799.9, noNaN: true }), fc.integer({ min: -5000, max: 5000 }));

describe("bucket series", () => {
  it("loses no peak, however many values there are", () => {
    fc.assert(fc.property(fc.array(point, { minLength: 1, maxLength: 300 }), (points) => {
      const buckets = new Buckets({ start: 0, end: 1800 });
      for (const [at, value] of points) buckets.add(at, value);
      const found = extremes(buckets.series("mm/s", 0.1))!;
      const values = points.map(([, v]) => v);
      expect(found.min).toBeCloseTo(Math.min(...values), 6);
      expect(found.max).toBeCloseTo(Math.max(...values), 6);
    }));
  });

  it("takes no more room for a longer print", () => {
    for (const end of [1, 60, 1800, 1e6]) expect(new Buckets({ start: 0, end }).series("s", 1).min.length).toBeLessThanOrEqual(MAX_BUCKETS + 1);
  });

  it("holds a straight line in every bucket that it crosses", () => {
    const buckets = new Buckets({ start: 0, end: 10 }, 10);
    buckets.addLine(2, 8, 20, 80);
    const series = buckets.series("mm", 1);
    expect(series.min).toEqual([null, null, 20, 30, 40, 50, 60, 70, 80, null]);
    expect(series.max).toEqual([null, null, 30, 40, 50, 60, 70, 80, 80, null]);
  });
});
