import { describe, expect, it } from "vitest";
import { CARTESIAN_CONFIG, motionBench, type MotionBench } from "./testing/motion-bench.js";
import type { PrinterExtruder } from "./extruder.js";

async function homedBench(config = CARTESIAN_CONFIG): Promise<MotionBench> {
  const bench = await motionBench(config);
  await bench.perform(() => bench.toolhead.setPosition([0, 0, 0], { homingAxes: "xyz" }));
  return bench;
}

const extruderOf = (bench: MotionBench, name = "extruder"): PrinterExtruder => bench.printer.lookupObject<PrinterExtruder>(name);
const move = (bench: MotionBench, pos: number[], speed: number): Promise<void> =>
  bench.perform(async () => bench.toolhead.move(pos, speed));

const SECOND_EXTRUDER = CARTESIAN_CONFIG.replace(
  "[printer]",
  `[extruder1]
step_pin: PC1
dir_pin: PC3
enable_pin: !PC7
microsteps: 16
rotation_distance: 33.5
nozzle_diameter: 0.4
filament_diameter: 1.75
[printer]`,
);

describe("extruder", () => {
  it("refuses what it cannot do, in Kalico's words", async () => {
    const bench = await homedBench();

    await expect(move(bench, [0, 0, 0, 101], 5)).rejects.toThrow(
      "Extrude only move too long (101.000mm vs 100.000mm)\nSee the 'max_extrude_only_distance' config option for details",
    );
    await expect(move(bench, [1, 0, 0, 1], 5)).rejects.toThrow(
      "Move exceeds maximum extrusion (2.405mm^2 vs 0.640mm^2)\nSee the 'max_extrude_cross_section' config option for details",
    );
    (extruderOf(bench).heater as { canExtrude: boolean }).canExtrude = false;
    await expect(move(bench, [1, 0, 0, 0.01], 5)).rejects.toThrow(
      "Extrude below minimum temp\nSee the 'min_extrude_temp' config option for details",
    );
  });

  it("lets a blob pass that is too thick but tiny", async () => {
    const bench = await homedBench();

    await move(bench, [0.01, 0, 0, 0.05], 5);

    expect(bench.toolhead.getPosition()).toEqual([0.01, 0, 0, 0.05]);
  });

  it("limits retractions to the extruder's own speed", async () => {
    const bench = await homedBench();
    const extruder = extruderOf(bench);

    await move(bench, [0, 0, 0, -2], 1000);
    const [queued] = bench.toolhead.lookahead.queue;

    expect(queued!.maxCruiseV2).toBe(extruder.maxEVelocity ** 2);
    expect(queued!.accel).toBe(extruder.maxEAccel);
  });

  it("widens the look of step generation by half the smooth time while there is pressure advance", async () => {
    const bench = await homedBench();
    expect(bench.toolhead.kinFlushDelay).toBe(0.001);

    await bench.perform(() => bench.gcode.run("SET_PRESSURE_ADVANCE EXTRUDER=extruder", { ADVANCE: 0.05 }));
    expect(bench.toolhead.kinFlushDelay).toBe(0.02);
    expect(bench.gcode.output).toEqual(["pressure_advance: 0.050000\npressure_advance_smooth_time: 0.040000"]);

    await bench.perform(() => bench.gcode.run("SET_PRESSURE_ADVANCE", { ADVANCE: 0 }));
    expect(bench.toolhead.kinFlushDelay).toBe(0.001);
    expect(extruderOf(bench).getStatus(0)).toMatchObject({ pressure_advance: 0, smooth_time: 0.04, motion_queue: null });
  });

  it("takes up where it was when it is activated again", async () => {
    const bench = await homedBench(SECOND_EXTRUDER);
    await move(bench, [10, 0, 0, 0.5], 50);

    await bench.perform(() => bench.gcode.run("ACTIVATE_EXTRUDER EXTRUDER=extruder1"));
    expect(bench.toolhead.getStatus(0)["extruder"]).toBe("extruder1");
    expect(bench.toolhead.getPosition()).toEqual([10, 0, 0, 0]);
    await move(bench, [20, 0, 0, 0.25], 50);
    await bench.perform(() => bench.gcode.run("ACTIVATE_EXTRUDER EXTRUDER=extruder"));

    expect(bench.toolhead.getPosition()).toEqual([20, 0, 0, 0.5]);
    expect(bench.gcode.output).toEqual(["Activating extruder extruder1", "Activating extruder extruder"]);
    const stepped = new Set(bench.mcu.rows.map(({ stepper }) => stepper));
    expect(stepped).toEqual(new Set(["stepper_x", "extruder", "extruder1"]));
  });

  it("keeps the motor's position when the rotation distance changes, and turns the other way for a negative one", async () => {
    const bench = await homedBench();
    await move(bench, [0, 0, 0, 10], 5);
    await bench.perform(() => bench.toolhead.waitMoves());
    const stepper = extruderOf(bench).extruderStepper!.stepper;
    const before = stepper.getMcuPosition();

    await bench.perform(() => bench.gcode.run("SET_EXTRUDER_ROTATION_DISTANCE EXTRUDER=extruder", { DISTANCE: -20 }));

    expect(stepper.getMcuPosition()).toBe(before);
    expect(stepper.getDirInverted()).toEqual([true, false]);
    expect(stepper.getRotationDistance()).toEqual([20, 3200]);
    expect(bench.gcode.output).toEqual(["Extruder 'extruder' rotation distance set to -20.000000"]);
  });

  it("moves a stepper that is synchronised to it", async () => {
    const bench = await homedBench(SECOND_EXTRUDER);

    await bench.perform(() => bench.gcode.run("SYNC_EXTRUDER_MOTION EXTRUDER=extruder1", { MOTION_QUEUE: "extruder" }));
    await move(bench, [10, 0, 0, 0.5], 50);
    await bench.perform(() => bench.toolhead.waitMoves());

    const steps = (name: string): number => bench.mcu.rows.filter((row) => row.stepper === name).reduce((sum, row) => sum + row.count, 0);
    expect(steps("extruder")).toBe(Math.round((0.5 * 3200) / 22.6789511));
    expect(steps("extruder1")).toBe(Math.round((0.5 * 3200) / 33.5));
    await expect(
      bench.perform(() => bench.gcode.run("SYNC_EXTRUDER_MOTION EXTRUDER=extruder1", { MOTION_QUEUE: "fan" })),
    ).rejects.toThrow("'fan' is not a valid extruder.");
  });
});
