import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gcodeBench, type GCodeBench } from "../gcode/testing/gcode-bench.js";
import { skewed, skewFactor, unskewed } from "./skew-correction.js";

async function answers(bench: GCodeBench, script: string): Promise<string[]> {
  bench.output.length = 0;
  await bench.script(script).catch(() => undefined);
  return [...bench.output];
}

describe("skew_correction", () => {
  it("finds the skew of a parallelogram by its diagonals", () => {
    const side = fc.double({ min: 20, max: 200, noNaN: true });
    fc.assert(fc.property(side, side, fc.double({ min: -0.3, max: 0.3, noNaN: true }), (ab, ad, lean) => {
      // D leans over by `lean` radians.
      const d = [ad * Math.sin(lean), ad * Math.cos(lean)] as const;
      const ac = Math.hypot(ab + d[0], d[1]);
      const bd = Math.hypot(d[0] - ab, d[1]);

      expect(skewFactor(ac, bd, ad)).toBeCloseTo(Math.tan(lean), 9);
    }));
  });

  it("brings the tool head where it is to be", () => {
    const number = fc.double({ min: -200, max: 200, noNaN: true });
    const factor = fc.double({ min: -0.1, max: 0.1, noNaN: true });
    fc.assert(fc.property(fc.tuple(number, number, number, number), fc.record({ xy: factor, xz: factor, yz: factor }), (position, skew) => {
      for (const [axis, value] of unskewed(skewed(position, skew), skew).entries()) expect(value).toBeCloseTo(position[axis]!, 9);
    }));
  });

  it("corrects moves, keeps the position of g-code, and reports", async () => {
    const bench = await gcodeBench("[skew_correction]\n[skew_correction old]\nxy_skew: 0.01\nxz_skew: 0\nyz_skew: 0");
    const status = (): unknown => bench.object("skew_correction").getStatus(0);
    expect(status()).toEqual({ current_profile_name: "" });
    expect(await answers(bench, "SKEW_PROFILE LOAD=old\nGET_CURRENT_SKEW")).toEqual([
      "// Current Printer Skew:\n// XY Skew: 0.010000 radians, 0.57 degrees\n// XZ Skew: 0.000000 radians, 0.00 degrees\n// YZ Skew: 0.000000 radians, 0.00 degrees",
    ]);
    expect(status()).toEqual({ current_profile_name: "old" });
    await bench.script("G1 X50 Y100 F6000");
    expect(bench.toolhead.position.slice(0, 3)).toEqual([49, 100, 0]);
    expect(await answers(bench, "M114")).toEqual(["X:50.000 Y:100.000 Z:0.000 E:0.000"]);
    expect(await answers(bench, "CALC_MEASURED_SKEW AC=141.4 BD=141.4 AD=100")).toEqual(["// Calculated Skew: 0.000000 radians, 0.00 degrees"]);
    expect(await answers(bench, "SET_SKEW XY=1,2")).toEqual([
      "// skew_correction: improperly formatted entry for plane [XY]\n// SET_SKEW XY=1,2", "!! skew_correction: improperly formatted entry for plane [XY]",
    ]);
    await bench.script("SET_SKEW CLEAR=1\nG1 X50 Y100");
    expect(bench.toolhead.position.slice(0, 3)).toEqual([50, 100, 0]);
    expect(await answers(bench, "SKEW_PROFILE REMOVE=none\nSKEW_PROFILE LOAD=none")).toEqual([
      "// skew_correction: No profile named [none] to remove", "// skew_correction:  Load failed, unknown profile [none]",
    ]);
  });
});
