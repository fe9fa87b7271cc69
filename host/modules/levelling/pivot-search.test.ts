import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PIVOT_PASSES, pivotMoves, pivotsFrom } from "./pivot-search.js";
import { fitPlane, type Plane } from "./plane.js";

type Place = readonly [number, number];
const at = (low: number, high: number): fc.Arbitrary<number> => fc.double({ min: low, max: high, noNaN: true });
/** Motors around a bed of 200 mm, in three places that no line holds. */
const pivots = fc.tuple(fc.tuple(at(-80, -10), at(-60, 60)), fc.tuple(at(60, 140), at(210, 320)), fc.tuple(at(210, 320), at(-60, 60)));
const heights = fc.tuple(at(-3, 3), at(-3, 3), at(-3, 3));

/** The plane through heights at three places. */
function planeThrough([[x0, y0], [x1, y1], [x2, y2]]: readonly [Place, Place, Place], [z0, z1, z2]: readonly number[]): Plane {
  const determinant = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  const x = ((z1! - z0!) * (y2 - y0) - (z2! - z0!) * (y1 - y0)) / determinant;
  const y = ((x1 - x0) * (z2! - z0!) - (x2 - x0) * (z1! - z0!)) / determinant;
  return { x, y, z: z0! - x0 * x - y0 * y };
}

/** The planes of a cycle as a probe sees them: a motor that moves up by a way lowers the bed at its pivot. */
function cycle(places: readonly [Place, Place, Place], level: readonly number[], delta: number, fit: (plane: Plane) => Plane = (plane) => plane): Plane[] {
  const standing = [...level];
  return Array.from({ length: PIVOT_PASSES }, (_, pass) => {
    const plane = fit(planeThrough(places, standing));
    pivotMoves(pass, delta).forEach((way, motor) => { standing[motor]! -= way; });
    return plane;
  });
}

describe("the search for pivots", () => {
  it("finds where three motors carry the bed, however it leans", () => {
    fc.assert(fc.property(pivots, heights, at(0.1, 3), (places, level, delta) => {
      const found = pivotsFrom(cycle(places, level, delta), delta);

      for (const [i, [x, y]] of places.entries()) expect([found[i]![0] - x, found[i]![1] - y].every((error) => Math.abs(error) < 1e-6)).toBe(true);
    }));
  });

  it("finds them from probed points as well as these determine a plane", () => {
    const places = [[-40, 10], [120, 300], [280, 0]] as const;
    const probed = [[30, 30], [190, 40], [110, 190]] as const;
    const found = pivotsFrom(cycle(places, [0, 1, -1], 1, ({ x, y, z }) => fitPlane(probed.map(([px, py]) => [px, py, px * x + py * y + z]))), 1);

    for (const [i, [x, y]] of places.entries()) expect(Math.hypot(found[i]![0] - x, found[i]![1] - y)).toBeLessThan(0.05);
  });

  it("leaves the motors where they were", () => {
    fc.assert(fc.property(at(0.1, 3), (delta) => {
      const sum = [0, 0, 0];
      for (let pass = 0; pass < PIVOT_PASSES; pass++) pivotMoves(pass, delta).forEach((way, motor) => { sum[motor]! += way; });
      for (const rest of sum) expect(Math.abs(rest)).toBeLessThan(1e-12);
    }));
  });

  it("moves no motor by more than delta", () => {
    for (let pass = 0; pass < PIVOT_PASSES; pass++) for (const way of pivotMoves(pass, 1.5)) expect(Math.abs(way)).toBeLessThanOrEqual(1.5);
  });
});
