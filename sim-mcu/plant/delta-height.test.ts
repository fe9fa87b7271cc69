import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nozzleOf } from "./delta-height.js";

const RADIUS = 120;
const ARM = 250;
const TOWERS = [210, 330, 90].map((degrees) => {
  const angle = (degrees * Math.PI) / 180;
  return { x: RADIUS * Math.cos(angle), y: RADIUS * Math.sin(angle), arm2: ARM * ARM, rise: Math.sqrt(ARM * ARM - RADIUS * RADIUS) };
});

describe("the nozzle of a delta printer", () => {
  it("hangs where the arms reach from the carriages", () => {
    const way = fc.double({ min: -80, max: 80, noNaN: true });
    fc.assert(fc.property(way, way, fc.double({ min: -5, max: 300, noNaN: true }), (x, y, z) => {
      const heights = TOWERS.map((tower) => z + Math.sqrt(tower.arm2 - (tower.x - x) ** 2 - (tower.y - y) ** 2) - tower.rise);
      expect(nozzleOf(TOWERS, heights)).toEqual([expect.closeTo(x, 6), expect.closeTo(y, 6), expect.closeTo(z, 6)]);
    }));
  });

  it("is over the middle, as high as the carriages say, when they are level", () => {
    expect(nozzleOf(TOWERS, [42, 42, 42])).toEqual([expect.closeTo(0, 9), expect.closeTo(0, 9), expect.closeTo(42, 9)]);
  });
});
