import fc from "fast-check";
import { expect, it } from "vitest";
import { SlackCounts } from "./slack-counts.js";

it("knows every quantile to the width of its classes", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 33 }), { minLength: 1, maxLength: 200 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (slacks, q) => {
    const counts = new SlackCounts();
    for (const slack of slacks) counts.add(slack);
    const exact = [...slacks].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * slacks.length) - 1)]!;
    const found = counts.quantile(q);
    expect(found).toBeLessThanOrEqual(exact);
    expect(found).toBeGreaterThanOrEqual(Math.floor(exact / 1.045) - 2);
  }));
});

it("tells commands that came too late apart", () => {
  const counts = new SlackCounts();
  expect(counts.quantile(0.5)).toBeNaN();
  counts.add(-5);
  counts.add(1000);
  expect(counts.late).toBe(1);
  expect(counts.quantile(0.1)).toBe(-1);
  expect(counts.quantile(1)).toBeGreaterThan(950);
});
