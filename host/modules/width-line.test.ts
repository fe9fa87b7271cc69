import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flowFor, WidthLine } from "./width-line.js";

const mm = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min: min * 8, max: max * 8 }).map((eighths) => eighths / 8);

describe("filament on its way from the sensor to the nozzle", () => {
  it("counts when it has gone the whole way, one reading at a look, and in order", () => {
    fc.assert(fc.property(mm(1, 100), mm(1, 20), fc.array(mm(0, 15), { minLength: 1, maxLength: 60 }), (delay, interval, feeds) => {
      const line = new WidthLine(delay, interval);
      let position = 0, arrivals = 0;
      const lookedAt: number[] = [];
      for (const fed of feeds) {
        position += fed;
        lookedAt.push(position);
        // The diameter tells the number of the look.
        const { arrived } = line.look(position, lookedAt.length - 1);
        if (arrived === undefined) continue;
        expect(lookedAt[arrived]! + delay).toBeLessThanOrEqual(position);
        expect(arrived).toBeGreaterThanOrEqual(arrivals);
        arrivals = arrived + 1;
      }
    }));
  });

  it("is read again after the interval, and not before", () => {
    fc.assert(fc.property(mm(1, 100), mm(1, 20), fc.array(mm(0, 15), { minLength: 1, maxLength: 60 }), (delay, interval, feeds) => {
      const line = new WidthLine(delay + 10_000, interval);
      line.look(0, 1.75);
      let position = 0, last = 0;
      for (const fed of feeds) {
        position += fed;
        const { isFurtherReading } = line.look(position, 1.75);
        expect(isFurtherReading).toBe(position - last >= interval);
        if (isFurtherReading) last = position;
      }
    }));
  });

  it("gives the nominal volume within half a percent of flow, and 100 % where it is too far from nominal", () => {
    fc.assert(fc.property(fc.constantFrom(1.75, 2.85), fc.integer({ min: 50, max: 400 }), (nominal, hundredths) => {
      const diameter = hundredths / 100, flow = flowFor(diameter, nominal, 0.205);
      if (Math.abs(diameter - nominal) > 0.205) expect(flow).toBe(100);
      else expect(Math.abs(flow / 100 - (nominal / diameter) ** 2)).toBeLessThanOrEqual(0.005 + 1e-9);
    }));
  });
});
