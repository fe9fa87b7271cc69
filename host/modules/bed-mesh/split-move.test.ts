import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FADE_DISABLE, FadeRange } from "./fade.js";
import { splitMove } from "./split-move.js";

const OPTIONS = { splitDeltaZ: 0.025, moveCheckDistance: 5 };
const coordinate = fc.double({ min: 0, max: 200, noNaN: true });
const position = fc.tuple(coordinate, coordinate, fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0, max: 20, noNaN: true }));
const wavy = (x: number, y: number): number => 0.2 * Math.sin(x / 20) + 0.1 * Math.cos(y / 15);

describe("a move along a mesh", () => {
  it("ends exactly at its end, at the height of the bed there", () => {
    fc.assert(fc.property(position, position, (from, to) => {
      const last = splitMove(from, to, wavy, OPTIONS).at(-1)!;
      expect(last).toEqual([to[0], to[1], to[2] + wavy(to[0], to[1]), to[3]]);
    }));
  });

  it("is not cut by a flat mesh", () => {
    fc.assert(fc.property(position, position, (from, to) => {
      expect(splitMove(from, to, () => 0, OPTIONS)).toEqual([to]);
    }));
  });

  it("is cut on its way, in order, at multiples of the check distance, wherever the height has changed enough", () => {
    fc.assert(fc.property(position, position, (from, to) => {
      const ends = splitMove(from, to, wavy, OPTIONS);
      const length = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
      let lastWay = 0, lastHeight = wavy(from[0], from[1]);
      for (const end of ends.slice(0, -1)) {
        const height = wavy(end[0]!, end[1]!);
        const way = Math.hypot(end[0]! - from[0], end[1]! - from[1], end[2]! - height - from[2]);
        expect(way).toBeGreaterThan(lastWay);
        expect(way).toBeLessThan(length);
        expect(Math.abs(way / 5 - Math.round(way / 5))).toBeLessThan(1e-6);
        expect(Math.abs(height - lastHeight)).toBeGreaterThanOrEqual(0.025);
        expect(end[3]).toBeCloseTo(from[3] + (way / length) * (to[3] - from[3]), 9);
        [lastWay, lastHeight] = [way, height];
      }
    }));
  });

  it("straight up is not cut", () => {
    expect(splitMove([50, 50, 0, 0], [50, 50, 100, 0], wavy, OPTIONS)).toHaveLength(1);
  });
});

describe("fading", () => {
  const fade = new FadeRange(1, 10);

  it("follows the mesh fully up to the start, not at all from the end on, and ever less in between", () => {
    expect([fade.factorAt(0), fade.factorAt(0.99), fade.factorAt(5.5), fade.factorAt(10), fade.factorAt(50)]).toEqual([1, 1, 0.5, 0, 0]);
  });

  it("is off where its end is not above its start", () => {
    for (const off of [new FadeRange(1, 0), new FadeRange(2, 2)]) {
      expect([off.isEnabled, off.end, off.factorAt(1000)]).toEqual([false, FADE_DISABLE, 1]);
    }
  });

  it("finds back from where the nozzle is to the height of g-code", () => {
    const z = fc.double({ min: 0, max: 20, noNaN: true }), small = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    fc.assert(fc.property(z, small, small, (gcodeZ, height, target) => {
      const shift = (factor: number): number => factor * (height - target) + target;
      const nozzle = gcodeZ + shift(fade.factorAt(gcodeZ));
      expect(nozzle - shift(fade.factorBehind(nozzle, height, target))).toBeCloseTo(gcodeZ, 6);
    }), { examples: [[1, 0.3, 0], [10, 0.3, 0], [1.0001, -0.5, 0.5]] });
  });
});
