import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathAround, type Point } from "./dock-path.js";

const DOCK: Point = [100, 100];
const RADIUS = 20;
const coordinate = fc.double({ min: 0, max: 200, noNaN: true });
const place = fc.tuple(coordinate, coordinate);
const away = (point: Point): number => Math.hypot(point[0] - DOCK[0], point[1] - DOCK[1]);

/** Least distance of a segment from the dock. */
function clearance(a: Point, b: Point): number {
  const length2 = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2;
  const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((DOCK[0] - a[0]) * (b[0] - a[0]) + (DOCK[1] - a[1]) * (b[1] - a[1])) / length2));
  return away([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
}

describe("a way past a dock", () => {
  it("keeps out of the circle, once it has left it, but for the sagitta of its chords", () => {
    fc.assert(fc.property(place, place, place, (from, to, safe) => {
      const path = pathAround(from, to, DOCK, RADIUS, safe);
      const outside = away(from) < RADIUS ? path : [from, ...path];
      for (let i = 1; i < outside.length; i++) expect(clearance(outside[i - 1]!, outside[i]!)).toBeGreaterThan(RADIUS - 0.02);
    }));
  });

  it("ends where it should, or at the circle when that is inside", () => {
    fc.assert(fc.property(place, place, place, (from, to, safe) => {
      const path = pathAround(from, to, DOCK, RADIUS, safe);
      if (away(to) >= RADIUS) expect(path.at(-1)).toEqual(to);
      else expect(away(path.at(-1) ?? from)).toBeGreaterThan(RADIUS - 1e-6);
    }));
  });

  it("goes straight where nothing is in the way, and leaves the circle by the shortest way", () => {
    expect(pathAround([10, 10], [20, 150], DOCK, RADIUS, [150, 100])).toEqual([[20, 150]]);
    expect(pathAround([105, 100], [190, 100], DOCK, RADIUS, [150, 100])).toEqual([[120, 100], [190, 100]]);
    expect(pathAround([10, 10], [105, 105], DOCK, RADIUS, [150, 100])).toEqual([[expect.closeTo(85.8579, 4), expect.closeTo(85.8579, 4)]]);
    expect(pathAround([105, 100], [110, 100], DOCK, RADIUS, [150, 100])).toEqual([[120, 100]]);
  });

  it("goes round on the side of the safe position", () => {
    const y = (safe: Point): number => Math.max(...pathAround([10, 100], [190, 100], DOCK, RADIUS, safe).map((point) => point[1]));
    expect(y([100, 150])).toBeCloseTo(120, 1);
    expect(y([100, 50])).toBeLessThanOrEqual(100);
  });
});
