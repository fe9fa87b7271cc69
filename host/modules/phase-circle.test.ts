import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignedPosition, centredPhase, likeliestPhase, scalePhase, wrapPhase } from "./phase-circle.js";

const circle = fc.constantFrom(4, 16, 64, 128);

describe("phases of a motor", () => {
  it("differ by the short way round", () => {
    fc.assert(fc.property(circle, fc.integer({ min: -5000, max: 5000 }), (phases, difference) => {
      const short = centredPhase(difference, phases);
      expect(Math.abs(short)).toBeLessThanOrEqual(phases / 2);
      expect(wrapPhase(short - difference, phases)).toBe(0);
    }));
  });

  it("are the same phase in finer microsteps and back", () => {
    fc.assert(fc.property(circle, fc.nat(1023), (phases, phase) => {
      const coarse = phase % phases;
      expect(scalePhase(scalePhase(coarse, phases, 1024), 1024, phases)).toBe(coarse);
    }));
  });

  it("put the zero of an axis on a full step, at most half a full step away", () => {
    fc.assert(fc.property(fc.constantFrom(64, 128), fc.nat(127), fc.double({ min: -50, max: 300, noNaN: true }), (phases, number, endstop) => {
      const phase = number % phases, stepDist = 0.0025;
      const aligned = alignedPosition(endstop, phase, phases, stepDist);
      const fullStep = (phases / 4) * stepDist;
      // From the trigger back to 0 the motor ends in a phase of a full step.
      const zeroPhase = phase - aligned / stepDist;
      expect(Math.abs(zeroPhase / (phases / 4) - Math.round(zeroPhase / (phases / 4)))).toBeLessThan(1e-6);
      expect(Math.abs(aligned - endstop)).toBeLessThanOrEqual(fullStep / 2 + 1e-9);
    }));
  });

  it("have their middle among those that were met, whose range it tells", () => {
    fc.assert(fc.property(circle, fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), (phases, base, spread) => {
      const counts = Array.from({ length: phases }, () => 0);
      const offsets = spread.map((one) => one % Math.max(1, phases / 4));
      for (const offset of offsets) counts[(base + offset) % phases]! += 1;
      const { phase, first, last } = likeliestPhase(counts);
      expect(first).toBe((base + Math.min(...offsets)) % phases);
      expect(last).toBe((base + Math.max(...offsets)) % phases);
      expect(wrapPhase(phase - first, phases)).toBeLessThanOrEqual(wrapPhase(last - first, phases));
    }), { numRuns: 30 });
  });
});
