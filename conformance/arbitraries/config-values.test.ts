import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LearnedOption } from "../evidence.js";
import { boundaryValues, outsideValues, validValue } from "./config-values.js";

const bound = fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: undefined });
const numeric: fc.Arbitrary<LearnedOption> = fc.record({ type: fc.constantFrom("int" as const, "float" as const), a: bound, b: bound, open: fc.boolean() }).map(({ type, a, b, open }) => {
  const low = a !== undefined && b !== undefined ? Math.min(a, b) : a;
  const high = a !== undefined && b !== undefined ? Math.max(a, b) + 3 : b;
  return { section: "p", option: "o", type, required: false, ...(low === undefined ? {} : open ? { above: low } : { minval: low }), ...(high === undefined ? {} : open ? { below: high } : { maxval: high }) };
});
const legal = (o: LearnedOption, v: number): boolean =>
  (o.minval === undefined || v >= o.minval) && (o.maxval === undefined || v <= o.maxval) && (o.above === undefined || v > o.above) && (o.below === undefined || v < o.below) && (o.type !== "int" || Number.isInteger(v));

describe("config values", () => {
  it("valid values satisfy the getter's own bounds", () => {
    fc.assert(fc.property(numeric.chain((o) => fc.tuple(fc.constant(o), validValue(o)!)), ([option, value]) => {
      expect(legal(option, Number(value)), `${value} for ${JSON.stringify(option)}`).toBe(true);
    }));
  });
  it("boundary values are legal and outside values are not", () => {
    fc.assert(fc.property(numeric, (option) => {
      for (const value of boundaryValues(option)) expect(legal(option, Number(value)), `${value} for ${JSON.stringify(option)}`).toBe(true);
      for (const value of outsideValues(option)) expect(legal(option, Number(value)), `${value} for ${JSON.stringify(option)}`).toBe(false);
    }));
  });
});
