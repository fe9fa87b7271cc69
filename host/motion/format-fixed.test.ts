import { describe, expect, it } from "vitest";
import { formatFixed } from "./format-fixed.js";

describe("formatFixed", () => {
  it.each([
    [0.0625, 3, "0.062"],
    [0.1875, 3, "0.188"],
    [-0.0625, 3, "-0.062"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [2.5, 0, "2"],
    [1.0005, 3, "1.000"],
    [-0, 3, "-0.000"],
    [-0.0001, 3, "-0.000"],
    [123456.789, 6, "123456.789000"],
    [NaN, 2, "nan"],
    [-Infinity, 2, "-inf"],
  ])("shows %d with %d decimals as %s", (value, digits, text) => {
    expect(formatFixed(value, digits)).toBe(text);
  });
});
