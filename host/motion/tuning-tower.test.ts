import { describe, expect, it } from "vitest";
import { motionBench, type MotionBench } from "./testing/motion-bench.js";
import type { MoveTransform } from "./ports.js";

/** A bench whose `gcode_move` is this object, with the chain of transforms in the open. */
async function towerBench(): Promise<{ bench: MotionBench; chain: { z: number; transform: MoveTransform }; moved: number[][] }> {
  const bench = await motionBench();
  const moved: number[][] = [];
  const toolhead: MoveTransform = { getPosition: () => [0, 0, 0, 0], move: (pos) => void moved.push([...pos]) };
  const chain = { z: 0, transform: toolhead };
  const gcodeMove = bench.printer.lookupObject<Record<string, unknown>>("gcode_move");
  gcodeMove["getStatus"] = () => ({ gcode_position: { z: chain.z } });
  gcodeMove["setMoveTransform"] = (transform: MoveTransform) => {
    const before = chain.transform;
    chain.transform = transform;
    return before;
  };
  return { bench, chain, moved };
}

describe("tuning_tower", () => {
  it("changes the parameter with the height of each extruding move, and forwards every move", async () => {
    const { bench, chain, moved } = await towerBench();

    await bench.gcode.run("TUNING_TOWER", { COMMAND: "SET_PRESSURE_ADVANCE", PARAMETER: "ADVANCE", START: 0.01, FACTOR: 0.005 });
    for (const z of [0.2, 0.4]) {
      chain.z = z;
      await chain.transform.move([10, 0, z, z], 50);
      await chain.transform.move([20, 0, z, z + 0.1], 50);
    }

    expect(moved).toHaveLength(4);
    expect(bench.gcode.output).toEqual([
      "Starting tuning test (start=0.010000 factor=0.005000)",
      "script: SET_PRESSURE_ADVANCE ADVANCE=0.011000000",
      "script: SET_PRESSURE_ADVANCE ADVANCE=0.012000000",
    ]);
  });

  it("steps, writes traditional commands, and ends when a new print starts below", async () => {
    const { bench, chain } = await towerBench();

    await bench.gcode.run("TUNING_TOWER", { COMMAND: "M204", PARAMETER: "S", START: 1500, STEP_DELTA: 500, STEP_HEIGHT: 5 });
    for (const z of [4, 6, 1]) {
      chain.z = z;
      await chain.transform.move([z, 0, z, 10 - z + (z === 6 ? 9 : 0)], 50);
    }

    expect(bench.gcode.output.slice(1)).toEqual(["script: M204 S1500.000000000", "script: M204 S2000.000000000"]);
    chain.z = 1;
    await chain.transform.move([2, 0, 1, 20], 50);
    expect(bench.gcode.output.at(-1)).toBe("Ending tuning test mode");
  });

  it("refuses a factor together with steps", async () => {
    const { bench } = await towerBench();

    await expect(
      bench.gcode.run("TUNING_TOWER", { COMMAND: "M204", PARAMETER: "S", FACTOR: 1, STEP_DELTA: 1, STEP_HEIGHT: 1 }),
    ).rejects.toThrow("Cannot specify both FACTOR and STEP_DELTA/STEP_HEIGHT");
  });
});
