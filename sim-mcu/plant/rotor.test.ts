import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Step, StepsAround } from "../firmware/gpio.js";
import { rotorPosition } from "./rotor.js";

const FREQ = 16_000_000;
const steps = fc.array(fc.record({ gap: fc.integer({ min: 200, max: 400_000 }), sign: fc.constantFrom(1 as const, -1 as const) }), { minLength: 1, maxLength: 40 })
  .map((gaps) => {
    let clock = 0;
    return gaps.map(({ gap, sign }): Step => ({ clock: (clock += gap), sign }));
  });

function around(all: readonly Step[], clock: number): StepsAround {
  const done = all.filter((step) => step.clock <= clock);
  return { position: done.reduce((sum, { sign }) => sum + sign, 0), last: done.at(-1), next: all[done.length] };
}

describe("a rotor", () => {
  it("never jumps, and is never more than half a step from the count", () => {
    fc.assert(fc.property(steps, fc.integer({ min: 1, max: 8_000_000 }), (all, clock) => {
      const here = around(all, clock);
      expect(Math.abs(rotorPosition(here, clock, FREQ) - here.position)).toBeLessThanOrEqual(0.5);
      for (const { clock: at } of all) {
        const before = rotorPosition(around(all, at - 1), at - 1, FREQ), after = rotorPosition(around(all, at), at, FREQ);
        // Half a step in at least 100 ticks.
        expect(Math.abs(after - before)).toBeLessThanOrEqual(0.5 / 100 + 1e-9);
      }
    }));
  });

  it("goes straight while steps come evenly", () => {
    fc.assert(fc.property(fc.integer({ min: 200, max: 150_000 }), fc.constantFrom(1 as const, -1 as const), fc.integer({ min: 1, max: 10 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (gap, sign, n, part) => {
      const all = Array.from({ length: 12 }, (_, i): Step => ({ clock: (i + 1) * gap, sign }));
      const clock = (n + part) * gap;
      expect(rotorPosition(around(all, clock), clock, FREQ)).toBeCloseTo(sign * (n + part - 0.5), 6);
    }));
  });

  it("rests on the count in a pause, and where nothing moved", () => {
    const all: Step[] = [{ clock: 1000, sign: 1 }, { clock: 5_000_000, sign: -1 }];
    expect(rotorPosition(around(all, 2_000_000), 2_000_000, FREQ)).toBe(1);
    expect(rotorPosition({ position: 7, last: undefined, next: undefined }, 5, FREQ)).toBe(7);
  });
});
