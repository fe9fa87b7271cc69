import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gcodeBench, type GCodeBench } from "../gcode/testing/gcode-bench.js";
import type { GCodeMove } from "./gcode-move.js";

/** Positions of the moves that a script makes. */
async function moves(script: string): Promise<number[][]> {
  const bench = await gcodeBench();
  await bench.script(script);
  return bench.toolhead.moves.map(({ position }) => position);
}

const status = (bench: GCodeBench): ReturnType<GCodeMove["getStatus"]> => bench.object<GCodeMove>("gcode_move").getStatus();

describe("moves", () => {
  it("are absolute or relative, with E on its own", async () => {
    expect(await moves("G1 X1 E1 F6000\nM83\nG1 X2 E1\nG91\nG1 X3 E1\nM82\nG1 E1\nG90\nG1 E10")).toEqual([
      [1, 0, 0, 1], [2, 0, 0, 2], [5, 0, 0, 3], [5, 0, 0, 4], [5, 0, 0, 10],
    ]);
  });

  it("count from where G92 says, in units of M221", async () => {
    expect(await moves("G92 X10 E0\nG1 X11 E1 F6000\nM221 S50\nG1 E3\nG92 E0\nG1 E2\nG92\nG1 X1")).toEqual([
      [1, 0, 0, 1], [1, 0, 0, 2], [1, 0, 0, 3], [2, 0, 0, 3],
    ]);
  });

  it("keep their speed in mm/s, scaled by M220", async () => {
    const bench = await gcodeBench();
    await bench.script("G1 X1 F600\nM220 S200\nG1 X2\nG1 X3 F600");
    expect(bench.toolhead.moves.map(({ speed }) => speed)).toEqual([10, 20, 20]);
    expect(status(bench)).toMatchObject({ speed: 600, speed_factor: 2 });
  });

  const failures: [string, string][] = [
    ["G1 X F100", "Unable to parse move 'G1 X F100'"],
    ["G1 X1.2.3", "Unable to parse move 'G1 X1.2.3'"],
    ["G1 X1 F0", "Invalid speed in 'G1 X1 F0'"],
    ["G20", "Machine does not support G20 (inches) command"],
    ["M220 S0", "Error on 'M220 S0': S must be above 0.0"],
    ["RESTORE_GCODE_STATE NAME=x", "Unknown g-code state: x"],
  ];

  it.each(failures)("of %s are refused", async (line, message) => {
    const bench = await gcodeBench();
    await expect(bench.script(line)).rejects.toThrow(message);
    expect(bench.toolhead.moves).toEqual([]);
  });

  it("that fail leave the position where the toolhead is", async () => {
    const bench = await gcodeBench();
    await bench.script("G1 X5 F6000");
    await expect(bench.script("G1 Y7 F0")).rejects.toThrow();
    expect([...status(bench).position]).toEqual([5, 0, 0, 0]);
  });

  it("read numbers as Python does", async () => {
    const number = fc.double({ min: -1000, max: 1000, noNaN: true }).map((value) => value.toFixed(4));
    const bench = await gcodeBench();
    await fc.assert(
      fc.asyncProperty(number, number, async (x, y) => {
        bench.toolhead.moves.length = 0;
        await bench.script(`G1 X${x} Y${y} F60000000`);
        expect(bench.toolhead.moves[0]!.position).toEqual([Number(x) + 0, Number(y) + 0, 0, 0]);
      }),
      { numRuns: 30 },
    );
  });
});

describe("offsets and states", () => {
  it("shift what g-code means, at once with MOVE", async () => {
    const bench = await gcodeBench();
    await bench.script("SET_GCODE_OFFSET Z=1\nG1 Z10 F6000\nSET_GCODE_OFFSET Z_ADJUST=0.5 MOVE=1 MOVE_SPEED=50");
    expect(bench.toolhead.moves).toEqual([{ position: [0, 0, 11, 0], speed: 100 }, { position: [0, 0, 11.5, 0], speed: 50 }]);
    expect([...status(bench).homing_origin]).toEqual([0, 0, 1.5, 0]);
    expect([...status(bench).gcode_position]).toEqual([0, 0, 10, 0]);
  });

  it("come back as saved, E going on from where it is", async () => {
    const bench = await gcodeBench();
    await bench.script("G1 X5 E1 F600\nSAVE_GCODE_STATE NAME=a\nG91\nM83\nG1 X5 E3 F6000\nRESTORE_GCODE_STATE NAME=a MOVE=1 MOVE_SPEED=30\nG1 E2");
    expect(bench.toolhead.moves.slice(-2)).toEqual([{ position: [5, 0, 0, 4], speed: 30 }, { position: [5, 0, 0, 5], speed: 10 }]);
  });

  it("hold for homed axes only, after homing", async () => {
    const bench = await gcodeBench();
    await bench.script("SET_GCODE_OFFSET X=1 Y=1\nG92 X100 Y100");
    bench.printer.sendEvent("homing:home_rails_end", { getAxes: () => [0] }, []);
    await bench.script("G1 X10 Y100 F60000");
    expect(bench.toolhead.moves[0]!.position).toEqual([11, 0, 0, 0]);
  });
});

describe("a move transform", () => {
  it("gets the moves, and the one before it back", async () => {
    const bench = await gcodeBench();
    const gcodeMove = bench.object<GCodeMove>("gcode_move");
    const transform = { getPosition: () => bench.toolhead.getPosition(), move: (to: number[], speed: number) => bench.toolhead.move(to.map((v) => v * 2), speed) };
    expect(gcodeMove.setMoveTransform(transform)).toBe(bench.toolhead);
    await bench.script("G1 X5 F6000");
    expect(bench.toolhead.moves[0]!.position[0]).toBe(10);
    expect(() => gcodeMove.setMoveTransform(transform)).toThrow("G-Code move transform already specified");
    expect(gcodeMove.setMoveTransform(transform, { force: true })).toBe(transform);
  });

  it("position is reported by M114 in g-code's coordinates", async () => {
    const bench = await gcodeBench();
    await bench.script("G1 X5 E1 F6000\nG92 X0\nM114");
    expect(bench.output.at(-1)).toBe("X:0.000 Y:0.000 Z:0.000 E:1.000");
  });
});
