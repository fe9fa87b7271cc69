import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Settling, deviation } from "./settling.js";

const value = fc.double({ min: -10, max: 10, noNaN: true });
const pass = fc.array(value, { minLength: 3, maxLength: 3 });

describe("a measurement that comes to rest", () => {
  it("says nothing before there are enough passes, and compares from the next one on", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.array(pass, { minLength: 7, maxLength: 7 }), (length, passes) => {
      const settling = new Settling(length);
      const states = passes.map((values) => settling.add(values));

      expect(states.slice(0, length - 1).every((state) => state === undefined)).toBe(true);
      expect(states[length - 1]).toMatchObject({ previous: undefined, isSettled: false });
      for (let i = length; i < states.length; i++) expect(states[i]!.previous).toBe(states[i - 1]!.error);
    }));
  });

  it("is at rest when a pass does not make the error smaller", () => {
    fc.assert(fc.property(fc.array(pass, { minLength: 4, maxLength: 12 }), (passes) => {
      const settling = new Settling(3);
      for (const values of passes) {
        const state = settling.add(values);
        if (state?.previous !== undefined) expect(state.isSettled).toBe(state.error >= state.previous);
      }
    }));
  });

  it("sees no error where all values wander alike", () => {
    fc.assert(fc.property(pass, value, value, (first, by, then) => {
      const settling = new Settling(3);
      settling.add(first);
      settling.add(first.map((v) => v + by));

      expect(settling.add(first.map((v) => v + then))!.error).toBeCloseTo(0, 9);
    }));
  });

  it("tells the mean of the last passes only", () => {
    const settling = new Settling(2);
    for (const values of [[100, 100], [1, 2], [3, 6]]) settling.add(values);

    expect(settling.means()).toEqual([2, 4]);
  });

  it("measures the deviation of all there is", () => {
    expect(deviation([1, 1, 1])).toBe(0);
    expect(deviation([0, 2])).toBe(1);
  });
});
