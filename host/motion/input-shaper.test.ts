import { describe, expect, it } from "vitest";
import type { ShapedKinematics } from "../steps/stepper-steps.js";
import { CARTESIAN_CONFIG, motionBench, type MotionBench } from "./testing/motion-bench.js";
import type { InputShaper } from "./input-shaper.js";

const shaperOf = (bench: MotionBench, name: string): ShapedKinematics =>
  bench.toolhead.getKinematics().getSteppers().find((stepper) => stepper.getName() === name)!.getStepperKinematics() as ShapedKinematics;

async function run(bench: MotionBench, params: Record<string, string | number> = {}): Promise<string[]> {
  bench.gcode.output.length = 0;
  await bench.perform(() => bench.gcode.run("SET_INPUT_SHAPER", params));
  return [...bench.gcode.output];
}

describe("input_shaper", () => {
  it("shapes X and Y by the configuration, and Z not at all", async () => {
    const bench = await motionBench(`${CARTESIAN_CONFIG}[input_shaper]\nshaper_freq_x: 50\nshaper_type: zv\nshaper_type_y: ei\nshaper_freq_y: 40\ndamping_ratio_y: 0.05\n`);

    expect(shaperOf(bench, "stepper_x").pulsesX.length).toBe(2);
    expect(shaperOf(bench, "stepper_y").pulsesY.length).toBe(3);
    expect(shaperOf(bench, "stepper_z")).toMatchObject({ kind: "shaped", pulsesX: [], pulsesY: [] });
    expect(await run(bench)).toEqual([
      "shaper_type_x:zv shaper_freq_x:50.000 damping_ratio_x:0.100000", "shaper_type_y:ei shaper_freq_y:40.000 damping_ratio_y:0.050000",
    ]);
  });

  it("makes the toolhead plan as far ahead as its longest impulse train reaches", async () => {
    const bench = await motionBench(`${CARTESIAN_CONFIG}[input_shaper]\n`);
    expect(bench.toolhead.kinFlushDelay).toBe(0.001);

    await run(bench, { SHAPER_TYPE: "ZV", SHAPER_FREQ_Y: 25 });
    const { pulsesY } = shaperOf(bench, "stepper_y");
    expect(bench.toolhead.kinFlushDelay).toBe(Math.max(...pulsesY.map(({ offset }) => Math.abs(offset))));
    await run(bench, { SHAPER_FREQ_Y: 0 });
    expect(bench.toolhead.kinFlushDelay).toBe(0.001);
  });

  it("can be taken out for a while", async () => {
    const bench = await motionBench(`${CARTESIAN_CONFIG}[input_shaper]\nshaper_freq_x: 50\n`);
    const shaper = bench.printer.lookupObject<InputShaper>("input_shaper");
    expect(shaper.getShapers().map((axis) => axis.getName())).toEqual(["shaper_x", "shaper_y"]);
    await bench.perform(() => shaper.disableShaping());
    expect(shaperOf(bench, "stepper_x").pulsesX).toEqual([]);
    await bench.perform(() => shaper.enableShaping());
    expect(shaperOf(bench, "stepper_x").pulsesX.length).toBe(3);
  });

  it("keeps steppers where they are when shapers change", async () => {
    const bench = await motionBench(`${CARTESIAN_CONFIG}[input_shaper]\n`);
    await bench.perform(() => bench.toolhead.setPosition([100, 50, 5, 0], { homingAxes: "xyz" }));
    const places = (): number[] => bench.toolhead.getKinematics().getSteppers().map((stepper) => stepper.getCommandedPosition());
    await run(bench, { SHAPER_FREQ_X: 33, SHAPER_FREQ_Y: 44 });
    expect(places()).toEqual([100, 50, 5]);
    await bench.perform(() => bench.toolhead.manualMove([120, 60, null], 100));
    await bench.perform(() => bench.toolhead.flushStepGeneration());
    for (const [i, place] of [120, 60, 5].entries()) expect(Math.abs(places()[i]! - place)).toBeLessThan(0.00625 + 1e-9);
  });

  it("refuses shapers that it does not know", async () => {
    await expect(motionBench(`${CARTESIAN_CONFIG}[input_shaper]\nshaper_type: foo\n`)).rejects.toThrow("Unsupported shaper type: foo");
    const bench = await motionBench(`${CARTESIAN_CONFIG}[input_shaper]\n`);
    await expect(run(bench, { SHAPER_TYPE_X: "Foo" })).rejects.toThrow("Unsupported shaper type: Foo");
  });
});
