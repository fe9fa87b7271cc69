import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cornerV2, rampD, rampT, travelBetween, type CornerSide } from "./move-geometry.js";

const mm = fc.integer({ min: -3e8, max: 3e8 }).map((value) => value / 1e6);
const place = fc.tuple(mm, mm, mm, mm, mm);
const positive = fc.integer({ min: 100, max: 5e6 }).map((value) => value / 1000);

const side = (degrees: number, length: number, accel: number, junctionDeviation: number): CornerSide => {
  const angle = (degrees * Math.PI) / 180;
  return { axesR: [Math.cos(angle), Math.sin(angle), 0], accel, junctionDeviation, deltaV2: 2 * length * accel };
};
const sides = fc.tuple(fc.double({ min: 0, max: 360, noNaN: true }), positive, positive, fc.double({ min: 0, max: 0.1, noNaN: true })).map((all) => side(...all));

describe("a way", () => {
  it("leads to its end, and has a direction of length one where X, Y or Z move", () => {
    fc.assert(
      fc.property(place, place, (from, to) => {
        const { endPos, axesD, axesR, moveD, isKinematic } = travelBetween(from, to);

        expect(Math.hypot(...axesR.slice(0, 3))).toBeCloseTo(isKinematic ? 1 : 0, 9);
        for (const [axis, ratio] of axesR.entries()) {
          expect(axesD[axis]).toBe(endPos[axis]! - from[axis]!);
          expect(ratio * moveD).toBeCloseTo(axesD[axis]!, 9);
        }
      }),
    );
  });
});

describe("a corner", () => {
  it("allows the same speed in both directions", () => {
    fc.assert(
      fc.property(sides, sides, (before, after) => {
        const [there, back] = [cornerV2(before, after), cornerV2(after, before)];
        expect(there === back || Math.abs(there - back) <= 1e-9 * there).toBe(true);
      }),
    );
  });

  it("is passed no faster than the circle that leaves it by the deviation allows", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 179, noNaN: true }), positive, fc.double({ min: 0.001, max: 0.1, noNaN: true }), (degrees, accel, deviation) => {
        const v2 = cornerV2(side(0, 1e6, accel, deviation), side(degrees, 1e6, accel, deviation));
        const radius = v2 / accel;
        // Between the corner and the nearest point of a circle that touches both ways.
        const halfAngle = ((180 - degrees) / 2) * (Math.PI / 180);
        expect(radius / Math.sin(halfAngle) - radius).toBeCloseTo(deviation, 6);
      }),
    );
  });
});

it("a ramp takes the time that its acceleration needs", () => {
  fc.assert(
    fc.property(positive, positive, positive, (one, other, accel) => {
      const low = Math.min(one, other);
      const high = Math.max(one, other) + 1;
      expect(low + accel * rampT(rampD(low * low, high * high, accel), low, high)).toBeCloseTo(high, 6);
    }),
  );
});
