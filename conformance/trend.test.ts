/** A slope is that of the trend, whatever single values do. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { slope } from "./trend.js";

it("is that of a straight line, from any start", () => {
  fc.assert(fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 4, max: 40 }), (k, from, n) => {
    expect(slope(Array.from({ length: n }, (_, i) => from + k * i))).toBeCloseTo(k, 3);
  }));
});

it("is not moved by one outlier, wherever it stands", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 }), fc.integer({ min: -1e7, max: 1e7 }), (at, outlier) => {
    const series = Array.from({ length: 11 }, (_, i) => 1000 * i);
    series[at] = outlier;
    expect(slope(series)).toBeCloseTo(1000, 3);
  }));
});

it("stays far below the limit of a restart for a heap that only trembles", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -125_000, max: 125_000 }), { minLength: 11, maxLength: 11 }), (noise) => {
    expect(Math.abs(slope(noise))).toBeLessThan(100_000);
  }), { seed: 1 });
});

it("has none where there are too few values", () => expect(slope([5, 900])).toBe(0));
