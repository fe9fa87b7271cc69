import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mixingPresets, sharesOf } from "./mixing-shares.js";

const refuse = (message: string): Error => new Error(message);

describe("shares of a mixing nozzle", () => {
  it("sum up to 1 in the proportions that were given, whichever sign parts them", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 5 }), fc.constantFrom(":", ","), fc.integer({ min: 0, max: 3 }), (factors, sign, missing) => {
      fc.pre(factors.some((factor) => factor > 0));
      const shares = sharesOf(factors.join(sign), factors.length + missing, refuse);
      expect(shares).toHaveLength(factors.length + missing);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      for (const [i, factor] of factors.entries()) expect(shares[i]! * factors[0]!).toBeCloseTo(shares[0]! * factor, 9);
    }));
  });

  it("are refused when there are too many, one is no share, or nothing would be fed", () => {
    expect(() => sharesOf("1:2:3", 2, refuse)).toThrow("Invalid stepper/motor factor: 3 factors for 2 steppers");
    for (const word of ["a", "-1", "nan", ""]) expect(() => sharesOf(`1:${word}`, 2, refuse)).toThrow(`Invalid stepper/motor factor: ${word}`);
    expect(() => sharesOf("0:0", 2, refuse)).toThrow("Could not save ratio: its empty");
  });

  it("have Kalico's presets for three feeders", () => {
    const sixths = mixingPresets(3).map((shares) => shares.map((share) => Math.round(share * 6)).join(" "));
    expect(sixths).toEqual(["2 2 2", "6 0 0", "0 6 0", "0 0 6", "0 3 3", "3 0 3", "3 3 0", "0 4 2", "0 2 4", "2 0 4", "4 0 2", "4 2 0", "2 4 0"]);
  });
});
