import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isWithin, planPoints, standIns, type MeshArea, type Region } from "./mesh-area.js";
import { adaptMesh } from "./adaptive-area.js";
import { roundArea, type MeshConfig } from "./mesh-options.js";

const RECTANGLE: MeshArea = { radius: null, origin: null, meshMin: [20, 15], meshMax: [200, 190] };
const count = fc.integer({ min: 3, max: 9 });
const CONFIG: MeshConfig = { x_count: 9, y_count: 5, mesh_x_pps: 2, mesh_y_pps: 2, algo: "bicubic", tension: 0.2 };

describe("points of a rectangular mesh", () => {
  it("fill the area from corner to corner, each node once, going to and fro", () => {
    fc.assert(fc.property(count, count, (columns, rows) => {
      const points = planPoints(RECTANGLE, columns, rows)!;
      expect(new Set(points.map(({ row, column }) => `${row},${column}`)).size).toBe(columns * rows);
      expect(points[0]!.at).toEqual([20, 15]);
      for (const { at, row, column, isForward } of points) {
        expect(isWithin(at, [RECTANGLE.meshMin, RECTANGLE.meshMax])).toBe(true);
        expect(isForward).toBe(row % 2 === 0);
        expect(at[0]).toBeCloseTo(20 + (column * 180) / (columns - 1), 1);
      }
      for (const [i, { at, row }] of points.entries()) if (i > 0 && row === points[i - 1]!.row) expect(at[0] > points[i - 1]!.at[0]).toBe(row % 2 === 0);
    }));
  });

  it("are refused when they would be less than a millimetre apart", () => {
    expect(planPoints({ ...RECTANGLE, meshMax: [21, 190] }, 3, 3)).toBeUndefined();
  });
});

describe("points of a round mesh", () => {
  it("lie in the circle, the centre among them, as many to the left as to the right", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 30, max: 150 }), (half, radius) => {
      const columns = 2 * half + 1;
      const points = planPoints(roundArea(radius, [100, 90]), columns, columns)!;
      for (const { at } of points) expect(Math.hypot(at[0] - 100, at[1] - 90)).toBeLessThanOrEqual(radius + 1e-9);
      expect(points.some(({ at }) => Math.abs(at[0] - 100) < 1e-9 && Math.abs(at[1] - 90) < 1e-9)).toBe(true);
      expect(points.reduce((sum, { at }) => sum + at[0] - 100, 0)).toBeCloseTo(0, 6);
    }));
  });
});

describe("a point in a faulty region", () => {
  const region: Region = [[150, 60], [170, 80]];

  it("is stood in for by the four points of the region's edge beside it, in the direction of its row", () => {
    const [x, y] = [155, 73.33];
    const place = { at: [x, y], row: 1, column: 3 } as const;
    expect(standIns({ ...place, isForward: true }, [region], RECTANGLE)).toEqual([[150, y], [x, 60], [x, 80], [170, y]]);
    expect(standIns({ ...place, isForward: false }, [region], RECTANGLE)).toEqual([[170, y], [x, 60], [x, 80], [150, y]]);
  });

  it("gets no stand-ins outside the mesh", () => {
    expect(standIns({ at: [200, 190], row: 3, column: 4, isForward: false }, [[[190, 180], [210, 200]]], RECTANGLE)).toEqual([[200, 180], [190, 190]]);
    expect(standIns({ at: [60, 0], row: 2, column: 4, isForward: true }, [[[55, -10], [65, 50]]], roundArea(60, [0, 0]))).toEqual([[55, 0]]);
  });

  it("is told from one that is in none", () => {
    expect(standIns({ at: [20, 15], row: 0, column: 0, isForward: true }, [region], RECTANGLE)).toBeUndefined();
  });
});

describe("a mesh fitted to objects", () => {
  it("holds them with their margin, within the whole mesh, as dense as that", () => {
    const point = fc.tuple(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 15, max: 190 }));
    fc.assert(fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 20 }), (corners, margin) => {
      const { area, counts } = adaptMesh(RECTANGLE, CONFIG, corners, margin);
      for (const corner of corners) expect(isWithin(corner, [area.meshMin, area.meshMax])).toBe(true);
      expect(isWithin(area.meshMin, [RECTANGLE.meshMin, RECTANGLE.meshMax]) && isWithin(area.meshMax, [RECTANGLE.meshMin, RECTANGLE.meshMax])).toBe(true);
      const share = (axis: 0 | 1): number => (area.meshMax[axis] - area.meshMin[axis]) / (RECTANGLE.meshMax[axis] - RECTANGLE.meshMin[axis]);
      expect(counts[0]).toBeGreaterThanOrEqual(Math.max(3, 9 * share(0) - 1e-9));
      expect(counts[1]).toBeGreaterThanOrEqual(Math.max(3, 5 * share(1) - 1e-9));
    }));
  });

  it("says what Kalico says", () => {
    const { messages, counts } = adaptMesh(RECTANGLE, CONFIG, [[22, 80], [190, 80], [190, 100], [50, 10]], 4);
    expect(messages).toEqual([
      "Original mesh bounds: ((20.0, 15.0),(200.0, 190.0))", "Original probe count: (9,5)", "Adapted mesh bounds: ([20.0, 15.0],[194.0, 104.0])",
      "Ratio: (0.9666666666666667, 0.5085714285714286)", "Adapted probe count: (9,4)",
    ]);
    expect(counts).toEqual([9, 4]);
  });

  it("on a round bed is a circle with an odd number of points, and the whole bed where that would not fit", () => {
    const round = roundArea(60, [0, 0]);
    const config = { ...CONFIG, x_count: 7, y_count: 7 };
    const part = adaptMesh(round, config, [[-20, -10], [50, 15]], 0);
    expect([part.counts, part.area.origin]).toEqual([[5, 5], [15, 2.5]]);
    expect(part.area.radius).toBeCloseTo(37.165, 3);
    expect(adaptMesh(round, config, [[-50, -50], [50, 50]], 0)).toMatchObject({ counts: [7, 7], area: round });
  });
});
