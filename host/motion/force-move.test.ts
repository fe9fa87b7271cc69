import { describe, expect, it } from "vitest";
import { motionBench } from "./testing/motion-bench.js";

describe("force_move", () => {
  it("moves one stepper and leaves the kinematics' idea of it alone", async () => {
    const bench = await motionBench();
    const [stepper] = bench.toolhead.getKinematics().getSteppers();

    await bench.perform(() => bench.gcode.run("FORCE_MOVE", { STEPPER: "stepper_x", DISTANCE: -3, VELOCITY: 10, ACCEL: 100 }));
    await bench.runUntil(bench.clock.now + 2);

    expect(stepper!.getMcuPosition()).toBe(-240);
    expect(stepper!.getCommandedPosition()).toBe(0);
    expect(bench.mcu.rows.reduce((sum, row) => sum + row.count, 0)).toBe(240);
    expect(bench.mcu.digital).toMatchObject([{ pin: "PD7", value: 1 }]);
    await expect(bench.perform(() => bench.gcode.run("FORCE_MOVE", { STEPPER: "nobody" }))).rejects.toThrow("Unknown stepper nobody");
  });

  it("buzzes ten times and puts everything back", async () => {
    const bench = await motionBench();
    const [stepper] = bench.toolhead.getKinematics().getSteppers();

    await bench.perform(() => bench.gcode.run("STEPPER_BUZZ", { STEPPER: "stepper_x" }));

    expect(stepper!.getMcuPosition()).toBe(0);
    expect(bench.mcu.rows.reduce((sum, row) => sum + row.count, 0)).toBe(10 * 2 * 80);
    expect(bench.mcu.digital.map(({ value }) => value)).toEqual([1, 0]);
  });

  it("declares positions and homed axes by hand", async () => {
    const bench = await motionBench();

    await bench.perform(() => bench.gcode.run("SET_KINEMATIC_POSITION", { X: 10, Z: 3 }));
    expect(bench.toolhead.getPosition()).toEqual([10, 0, 3, 0]);
    expect(bench.toolhead.getStatus(0)["homed_axes"]).toBe("xyz");

    await bench.perform(() => bench.gcode.run("SET_KINEMATIC_POSITION", { SET_HOMED: "", CLEAR: "ZY" }));
    expect(bench.toolhead.getStatus(0)["homed_axes"]).toBe("x");
  });
});
