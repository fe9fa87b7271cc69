import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gcodeBench, type GCodeBench } from "../gcode/testing/gcode-bench.js";
import { arcPoints, sweptAngle, type Arc } from "./arc-path.js";

const XY = { first: 0, second: 1, along: 2 };
const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
const angle = fc.double({ min: 0.01, max: 2 * Math.PI - 0.01, noNaN: true });

/** An arc about a centre, from one angle on by another. */
function arcAbout(x: number, y: number, radius: number, from: number, by: number, climb: number, clockwise: boolean): Arc {
  const on = (a: number, z: number): number[] => [x + radius * Math.cos(a), y + radius * Math.sin(a), z];
  const start = on(from, 0);
  return { plane: XY, start, end: on(from + (clockwise ? -by : by), climb), toCentre: [x - start[0]!, y - start[1]!], clockwise };
}

async function answers(bench: GCodeBench, script: string): Promise<string[]> {
  bench.output.length = 0;
  await bench.script(script).catch(() => undefined);
  return [...bench.output];
}

describe("gcode_arcs", () => {
  it("keeps every point of an arc at its radius, evenly spaced, and ends at the end", () => {
    const radius = fc.double({ min: 0.5, max: 100, noNaN: true });
    fc.assert(fc.property(coordinate, coordinate, radius, angle, angle, fc.boolean(), fc.double({ min: 0.1, max: 5, noNaN: true }), (x, y, r, from, by, clockwise, resolution) => {
      const arc = arcAbout(x, y, r, from, by, 3, clockwise);
      const points = arcPoints(arc, resolution);

      expect(sweptAngle(arc)).toBeCloseTo(clockwise ? -by : by, 6);
      expect(points.at(-1)).toEqual(arc.end);
      expect(points.length).toBe(Math.max(1, Math.floor(Math.hypot(r * Math.abs(sweptAngle(arc)), 3) / resolution)));
      const chord = 2 * r * Math.sin(by / points.length / 2);
      for (const [i, point] of points.entries()) {
        const before = i === 0 ? arc.start : points[i - 1]!;
        expect(Math.hypot(point[0]! - x, point[1]! - y)).toBeCloseTo(r, 6);
        expect(Math.hypot(point[0]! - before[0]!, point[1]! - before[1]!)).toBeCloseTo(Math.abs(chord), 6);
        expect(point[2]! - before[2]!).toBeCloseTo(3 / points.length, 9);
      }
    }));
  });

  it("goes a whole circle when it ends where it starts", () => {
    for (const clockwise of [false, true]) {
      const arc: Arc = { plane: XY, start: [10, 0, 0], end: [10, 0, 0], toCentre: [-10, 0], clockwise };
      expect(sweptAngle(arc)).toBe(clockwise ? -2 * Math.PI : 2 * Math.PI);
    }
  });

  it("goes round a whole circle as Kalico does where rounding puts the end beside the start", () => {
    // 95 − 2.667 is rounded, so that the end is seen a trifle clockwise of the start: a whole turn less a whole turn is none, and none counts as one counterclockwise.
    const arc = (second: number): Arc => ({ plane: XY, start: [95, 95, 10], end: [95, 95, 10], toCentre: [8, second], clockwise: true });
    expect(sweptAngle(arc(-2.667))).toBe(2 * Math.PI);
    expect(sweptAngle(arc(0))).toBe(-2 * Math.PI);
    expect(sweptAngle(arc(-2.5))).toBe(-2 * Math.PI);
  });

  it("moves along G2 and G3, with filament shared out over the arc", async () => {
    const bench = await gcodeBench("[gcode_arcs]\nresolution: 5");
    await bench.script("G1 X20 Y0 F6000\nM83");
    const first = bench.toolhead.moves.length;
    await bench.script("G3 X0 Y20 I-20 J0 E1.2 F3000");
    const moves = bench.toolhead.moves.slice(first);
    expect(moves.length).toBe(6);
    for (const { position, speed } of moves) {
      expect(Math.hypot(position[0]!, position[1]!)).toBeCloseTo(20, 9);
      expect(position[0]).toBeGreaterThan(-1e-9);
      expect(speed).toBe(50);
    }
    expect(moves.at(-1)!.position[3]).toBeCloseTo(1.2, 9);
    await bench.script("M82\nG92 E0\nG18\nG2 X20 Z10 I10 K5 E3");
    expect(bench.toolhead.position[0]).toBe(20);
    expect(bench.toolhead.position[2]).toBe(10);
    expect(bench.toolhead.position[3]).toBeCloseTo(4.2, 9);
  });

  it("says what it cannot do", async () => {
    const bench = await gcodeBench("[gcode_arcs]");
    expect(await answers(bench, "G2 X1 Y1")).toEqual(["!! G2/G3 requires IJ, IK or JK parameters"]);
    expect(await answers(bench, "G3 X1 Y1 R5")).toEqual(["!! G2/G3 does not support R moves"]);
    expect(await answers(bench, "G91\nG2 X1 Y1 I1")).toEqual(["!! G2/G3 does not support relative move mode"]);
  });
});
