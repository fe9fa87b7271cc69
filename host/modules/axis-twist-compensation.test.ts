import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpolate } from "./axis-twist-compensation.js";

const value = fc.double({ min: -1, max: 1, noNaN: true });
const values = fc.array(value, { minLength: 2, maxLength: 8 });

describe("corrections along a twisted axis", () => {
  it("are those that were measured where they were measured", () => {
    fc.assert(fc.property(values, fc.integer({ min: 0, max: 100 }), fc.integer({ min: 101, max: 300 }), (measured, start, end) => {
      for (const [i, one] of measured.entries()) expect(interpolate(measured, start, end, start + (i * (end - start)) / (measured.length - 1))).toBeCloseTo(one, 6);
    }));
  });

  it("lie between two neighbours, and go on straight beyond the ends", () => {
    fc.assert(fc.property(value, value, fc.double({ min: -2, max: 3, noNaN: true }), (a, b, t) => {
      expect(interpolate([a, b], 20, 120, 20 + 100 * t)).toBeCloseTo(a + (b - a) * t, 9);
    }));
    expect(interpolate([0, 1, 3], 0, 20, 30)).toBeCloseTo(5, 12);
  });
});
