import { describe, expect, it } from "vitest";
import { motionBench, type MotionBench } from "./testing/motion-bench.js";

async function benchAtHeight(z: number): Promise<MotionBench> {
  const bench = await motionBench();
  await bench.perform(() => bench.toolhead.setPosition([0, 0, z], "xyz"));
  return bench;
}

const run = (bench: MotionBench, command: string, params = {}): Promise<void> => bench.perform(() => bench.gcode.run(command, params));

describe("manual_probe", () => {
  it("lowers the nozzle, halves the way back to a tested height, and accepts", async () => {
    const bench = await benchAtHeight(5);

    await run(bench, "MANUAL_PROBE");
    await run(bench, "TESTZ", { Z: "-" });
    await run(bench, "TESTZ", { Z: "+" });
    await run(bench, "ACCEPT");

    expect(bench.gcode.output).toEqual([
      "Starting manual Z probe. Use TESTZ to adjust position.\nFinish with ACCEPT or ABORT command.",
      "Z position: ?????? --> 5.000 <-- ??????",
      "Z position: ?????? --> 4.800 <-- 5.000",
      "Z position: 4.800 --> 4.900 <-- 5.000",
      "Z position is 4.900",
    ]);
    expect(bench.printer.lookupObject("manual_probe").getStatus(0)).toEqual({
      is_active: false, z_position: null, z_position_lower: null, z_position_upper: null,
    });
  });

  it("allows one probe at a time, and leaves no commands behind", async () => {
    const bench = await benchAtHeight(5);

    await run(bench, "MANUAL_PROBE");
    await expect(run(bench, "MANUAL_PROBE")).rejects.toThrow("Already in a manual Z probe. Use ABORT to abort it.");
    await run(bench, "ABORT");

    expect(["ACCEPT", "NEXT", "ABORT", "TESTZ"].filter((name) => bench.gcode.handlers.has(name))).toEqual([]);
  });

  it("does not accept a height that was never lowered", async () => {
    const bench = await benchAtHeight(5);

    await run(bench, "MANUAL_PROBE");
    await run(bench, "ACCEPT");

    expect(bench.gcode.output.at(-1)).toContain("Manual probe failed!");
  });
});
