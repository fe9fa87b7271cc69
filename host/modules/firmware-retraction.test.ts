import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gcodeBench, type GCodeBench } from "../gcode/testing/gcode-bench.js";
import * as firmwareRetraction from "./firmware-retraction.js";

/** The bench's toolhead has no kinematics; the room ends at 250 mm. */
async function bench(options: string): Promise<GCodeBench> {
  const made = await gcodeBench(`[printer]\nmax_velocity: 300\nmax_z_velocity: 5\n[firmware_retraction]\n${options}`, { modules: { firmware_retraction: firmwareRetraction } });
  Object.assign(made.toolhead, { getKinematics: () => ({ getStatus: () => ({ axis_maximum: [235, 235, 250, 0] }) }) });
  return made;
}

const length = fc.integer({ min: 0, max: 40 }).map((tenths) => tenths / 10);

describe("firmware retraction", () => {
  it("is cancelled by its unretraction, whatever overrides are set", async () => {
    await fc.assert(fc.asyncProperty(length, length, fc.constantFrom(50, 100, 200), fc.constantFrom(50, 100), async (retract, hop, extrude, speed) => {
      const b = await bench(`retract_length: ${retract}\nz_hop_height: ${hop}`);
      await b.script(`G1 X10 Y10 Z20 E5 F6000\nM221 S${extrude}\nM220 S${speed}`);
      const before = b.toolhead.getPosition();

      await b.script("G10\nG1 X30\nG11\nG1 X10");

      for (const [axis, value] of b.toolhead.getPosition().entries()) expect(value).toBeCloseTo(before[axis]!, 9);
    }), { numRuns: 20 });
  });

  it("lifts every move in between, and g-code does not see it", async () => {
    const b = await bench("retract_length: 2\nz_hop_height: 0.5");
    await b.script("G1 X10 Z20 F6000\nG10\nG1 X50\nG1 Z21");

    expect(b.toolhead.moves.slice(1).map(({ position }) => position)).toEqual([[10, 0, 20, -2], [10, 0, 20.5, -2], [50, 0, 20.5, -2], [50, 0, 21.5, -2]]);
    expect(b.object("gcode_move").getStatus().gcode_position.z).toBe(21);
    expect(b.object("firmware_retraction").getStatus(0)).toEqual({
      retract_length: 2, retract_speed: 20, unretract_extra_length: 0, unretract_speed: 10, z_hop_height: 0.5, unretract_length: 2, retract_state: true, zhop_state: true,
    });
  });

  it("retracts with retract_speed and lifts with 0.8 of the largest z speed, both under M220", async () => {
    const b = await bench("retract_length: 2\nz_hop_height: 0.5\nretract_speed: 40\nunretract_speed: 30");
    await b.script("G1 Z20 F600\nM220 S50\nG10\nG11");

    expect(b.toolhead.moves.slice(1).map(({ speed }) => speed)).toEqual([20, 2, 2, 15]);
  });

  it("undoes what it did, not what was set meanwhile", async () => {
    const b = await bench("retract_length: 2");
    await b.script("G1 Z20 F6000\nG10\nSET_RETRACTION RETRACT_LENGTH=7\nG11");
    expect(b.toolhead.position[3]).toBe(0);
    await b.script("G10\nRESET_RETRACTION\nG11\nG10");
    expect(b.toolhead.position[3]).toBe(-2);
  });

  it("ends the lift at the end of the z axis, when z moves are to end it, and when it is cleared", async () => {
    const b = await bench("z_hop_height: 1\nclear_zhop_on_z_moves: True");
    await b.script("G1 Z249.5 F6000\nG10");
    expect(b.toolhead.position[2]).toBeCloseTo(249.9, 9);
    expect(b.output).toContain("// firmware_retraction : z_hop is limited to 0.40000");
    await b.script("G1 Z100");
    expect(b.toolhead.position[2]).toBe(100);
    await b.script("G11\nG10\nCLEAR_RETRACTION\nG1 X5");
    expect(b.toolhead.position[2]).toBe(100);
  });
});
