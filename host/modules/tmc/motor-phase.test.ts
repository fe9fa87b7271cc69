import fc from "fast-check";
import { expect, it } from "vitest";
import { phaseOffset, phasesOf } from "./motor-phase.js";

const mres = fc.integer({ min: 0, max: 8 });
const table = fc.integer({ min: 0, max: 1023 });
const steps = fc.integer({ min: -100_000, max: 100_000 });

it("the offset of a motor stays while position and phase go on together, cycle after cycle", () => {
  fc.assert(
    fc.property(mres, table, steps, steps, fc.boolean(), (resolution, at, position, moved, isInverted) => {
      const phases = phasesOf(resolution);
      const direction = isInverted ? 1 : -1;
      const later = (((at + (direction * moved * 1024) / phases) % 1024) + 1024) % 1024;

      expect(phaseOffset(later, phases, position + moved, isInverted)).toBe(phaseOffset(at, phases, position, isInverted));
    }),
  );
});
