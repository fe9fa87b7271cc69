import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cardinalLine, directLine, lagrangeLine, refineGrid } from "./interpolation.js";
import { ZMesh, type MeshParams } from "./z-mesh.js";

const height = fc.double({ min: -1, max: 1, noNaN: true });
const line = fc.array(height, { minLength: 3, maxLength: 6 });
const factor = fc.integer({ min: 1, max: 5 });
const tension = fc.double({ min: 0, max: 2, noNaN: true });
const grid = (min: number): fc.Arbitrary<number[][]> =>
  fc.tuple(fc.integer({ min, max: 6 }), fc.integer({ min, max: 6 })).chain(([rows, columns]) =>
    fc.array(fc.array(height, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }));

describe("refining a line", () => {
  it("keeps the measured heights and adds factor − 1 between two of them", () => {
    fc.assert(fc.property(line, factor, tension, (heights, by, t) => {
      for (const refine of [lagrangeLine, cardinalLine(t)]) {
        const fine = refine(heights, by);
        expect(fine).toHaveLength((heights.length - 1) * by + 1);
        expect(fine.filter((_, i) => i % by === 0)).toEqual(heights);
      }
    }));
  });

  it("by Lagrange finds any polynomial of lower degree than there are points", () => {
    fc.assert(fc.property(fc.array(height, { minLength: 3, maxLength: 5 }), factor, (coefficients, by) => {
      const polynomial = (x: number): number => coefficients.reduceRight((sum, c) => sum * x + c, 0);
      const heights = coefficients.map((_, x) => polynomial(x));
      for (const [i, z] of lagrangeLine(heights, by).entries()) expect(z).toBeCloseTo(polynomial(i / by), 9);
    }));
  });

  it("by splines without tension is flat at the measured points and stays between two neighbours", () => {
    fc.assert(fc.property(line, factor, (heights, by) => {
      for (const [i, z] of cardinalLine(0)(heights, by).entries()) {
        const [a, b] = [heights[Math.floor(i / by)]!, heights[Math.ceil(i / by)]!];
        expect(z).toBeGreaterThanOrEqual(Math.min(a, b) - 1e-12);
        expect(z).toBeLessThanOrEqual(Math.max(a, b) + 1e-12);
      }
    }));
  });

  it("by splines with a tension of one half follows a straight line except beside the ends", () => {
    const straight = cardinalLine(0.5)([0, 1, 2, 3, 4], 4);
    for (let i = 4; i <= 12; i++) expect(straight[i]).toBeCloseTo(i / 4, 12);
  });
});

describe("refining a grid", () => {
  it("does not care which axis comes first", () => {
    fc.assert(fc.property(grid(3), factor, factor, (heights, x, y) => {
      const transposed = (rows: readonly (readonly number[])[]): number[][] => rows[0]!.map((_, i) => rows.map((row) => row[i]!));
      const other = transposed(refineGrid(transposed(heights), y, x, lagrangeLine));
      for (const [i, row] of refineGrid(heights, x, y, lagrangeLine).entries()) for (const [j, z] of row.entries()) expect(z).toBeCloseTo(other[i]![j]!, 9);
    }));
  });

  it("changes nothing where nothing is to be added", () => {
    fc.assert(fc.property(grid(3), (heights) => {
      for (const refine of [directLine, lagrangeLine, cardinalLine(0.2)]) expect(refineGrid(heights, 1, 1, refine)).toEqual(heights);
    }));
  });
});

const PARAMS: MeshParams = { min_x: 20, max_x: 200, min_y: 15, max_y: 190, x_count: 4, y_count: 3, mesh_x_pps: 2, mesh_y_pps: 2, algo: "lagrange", tension: 0.2 };
const POINTS = [[0.1, 0.2, 0.1, 0.05], [0.05, 0, 0.05, -0.12], [0.1, 0.15, 0.1, 0.31]];

describe("a mesh", () => {
  it("of measured points is refined as Kalico does it", () => {
    const mesh = new ZMesh(PARAMS, "default");
    mesh.buildMesh(POINTS);
    expect(mesh.getMeshMatrix()).toEqual([
      [0.1, 0.170988, 0.201235, 0.2, 0.176543, 0.140123, 0.1, 0.065432, 0.045679, 0.05],
      [0.072222, 0.079698, 0.08808, 0.094444, 0.095871, 0.089438, 0.072222, 0.041303, -0.006241, -0.073333],
      [0.055556, 0.023525, 0.017586, 0.027778, 0.044143, 0.056722, 0.055556, 0.030686, -0.027846, -0.13],
      [0.05, 0.002469, -0.010247, 0, 0.021358, 0.041975, 0.05, 0.03358, -0.019136, -0.12],
      [0.055556, 0.016529, 0.004582, 0.011111, 0.027517, 0.045199, 0.055556, 0.049986, 0.01989, -0.043333],
      [0.072222, 0.065706, 0.062071, 0.061111, 0.06262, 0.066392, 0.072222, 0.079904, 0.089232, 0.1],
      [0.1, 0.15, 0.162222, 0.15, 0.126667, 0.105556, 0.1, 0.123333, 0.188889, 0.31],
    ]);
    expect(mesh.getZAverage()).toBe(0.06);
    expect(mesh.getZRange()).toEqual([expect.closeTo(-0.13, 9), 0.31]);
  });

  it.each(["lagrange", "bicubic", "direct"])("refined by %s has its measured heights where they were measured", (algo) => {
    fc.assert(fc.property(grid(4), fc.integer({ min: 0, max: 3 }), (heights, pps) => {
      const params = { ...PARAMS, algo, y_count: heights.length, x_count: heights[0]!.length, mesh_x_pps: algo === "direct" ? 0 : pps, mesh_y_pps: algo === "direct" ? 0 : pps };
      const mesh = new ZMesh(params, "m");
      mesh.buildMesh(heights);
      for (const [row, line_] of heights.entries()) {
        for (const [column, z] of line_.entries()) expect(mesh.calcZ(mesh.getXCoordinate(column * mesh.xMult), mesh.getYCoordinate(row * mesh.yMult))).toBeCloseTo(z, 9);
      }
    }));
  });

  it("has the height of its edge beyond it, and none before it is built", () => {
    const mesh = new ZMesh(PARAMS, "m");
    expect([mesh.calcZ(50, 50), mesh.getZAverage(), mesh.getZRange()]).toEqual([0, 0, [0, 0]]);
    mesh.buildMesh(POINTS);
    const anywhere = fc.double({ min: -500, max: 500, noNaN: true });
    fc.assert(fc.property(anywhere, anywhere, (x, y) => {
      const onMesh = mesh.calcZ(Math.max(20, Math.min(200, x)), Math.max(15, Math.min(190, y)));
      expect(mesh.calcZ(x, y)).toBeCloseTo(onMesh, 12);
    }));
  });

  it("is 0 at its reference, and shifted by its offsets", () => {
    const mesh = new ZMesh(PARAMS, "m");
    mesh.buildMesh(POINTS);
    const before = mesh.calcZ(60, 70);
    mesh.setZeroReference(110, 100);
    expect(mesh.calcZ(110, 100)).toBeCloseTo(0, 12);
    mesh.setMeshOffsets([10, null]);
    mesh.setMeshOffsets([null, -5]);
    const unshifted = new ZMesh(PARAMS, "u");
    unshifted.buildMesh(POINTS);
    expect(mesh.calcZ(50, 75)).toBeCloseTo(before - unshifted.calcZ(110, 100), 12);
  });

  it("needs as many heights as it has points", () => {
    expect(() => new ZMesh({ ...PARAMS, x_count: 5 }, "m").buildMesh(POINTS)).toThrow("bed_mesh: the mesh has 3 rows of 5 points, but fewer heights were given");
  });
});
