import { describe, expect, it } from "vitest";
import { motionBench, type MotionBench } from "./testing/motion-bench.js";

/** Steps per millimetre of X and Y, and of Z. */
const XY = 80;
const Z = 400;

/** A bench with a carriage that stands `x`, `y`, `z` mm away from its endstops. */
async function benchAt(x: number, y: number, z: number): Promise<MotionBench> {
  const bench = await motionBench();
  bench.mcu.endstops.get("PE5")!.triggerSteps = -x * XY;
  bench.mcu.endstops.get("PJ1")!.triggerSteps = -y * XY;
  bench.mcu.endstops.get("PD3")!.triggerSteps = -z * Z;
  return bench;
}

describe("homing", () => {
  it("approaches, retracts, approaches slowly and retracts again, and then knows where it is", async () => {
    const bench = await benchAt(30, 40, 20);

    await bench.perform(() => bench.gcode.run("G28"));

    expect([...bench.mcu.endstops.values()].map((endstop) => endstop.homeStarts)).toEqual([2, 2, 2]);
    const [x, y, z] = bench.toolhead.getPosition();
    expect([x, y]).toEqual([5, 5]);
    expect(z).toBeCloseTo(5.5, 9);
    expect(bench.toolhead.getStatus(0)["homed_axes"]).toBe("xyz");
    const [stepperX] = bench.toolhead.getKinematics().getSteppers();
    // 5 mm away from where the switch is, give or take the steps between trigger and look.
    expect(Math.abs(stepperX!.getMcuPosition() - (-30 + 5) * XY)).toBeLessThanOrEqual(5);
  });

  it("homes the named axes only", async () => {
    const bench = await benchAt(30, 40, 20);

    await bench.perform(() => bench.gcode.run("G28", { Y: "" }));

    expect(bench.toolhead.getStatus(0)["homed_axes"]).toBe("y");
  });

  it("repeats nothing but the slow approach when the first one was long enough, and asks endstops before each", async () => {
    const bench = await benchAt(30, 40, 20);

    await bench.perform(() => bench.gcode.run("G28", { X: "" }));

    expect(bench.mcu.endstops.get("PE5")!.queries).toBe(2);
  });

  it("fails with the endstop's name, and turns the motors off, when nothing triggers", async () => {
    const bench = await benchAt(1000, 40, 20);

    await expect(bench.perform(() => bench.gcode.run("G28", { X: "" }))).rejects.toThrow("No trigger on x after full movement");

    expect(bench.toolhead.getStatus(0)["homed_axes"]).toBe("");
    expect(bench.mcu.digital.at(-1)).toMatchObject({ pin: "PD7", value: 0 });
  });

  it("fails when the switch is still pressed after the retract", async () => {
    const bench = await benchAt(-Infinity, 40, 20);

    await expect(bench.perform(() => bench.gcode.run("G28", { X: "" }))).rejects.toThrow("Endstop x still triggered after retract");
  });

  it("hands out at most 50 ms more than 0.1 s of steps while a trigger may come", async () => {
    const bench = await benchAt(100, 40, 20);
    bench.mcu.flushedAhead = 0;

    await bench.perform(() => bench.gcode.run("G28", { X: "" }));

    // Before and after the drip the background flush may be 0.25 s further.
    expect(bench.mcu.flushedAhead).toBeLessThan(0.66);
    expect(bench.events.map(([event]) => event).filter((event) => event.startsWith("homing:"))).toEqual([
      "homing:home_rails_begin",
      "homing:homing_move_begin",
      "homing:homing_move_end",
      "homing:homing_move_begin",
      "homing:homing_move_end",
      "homing:home_rails_end",
    ]);
  });

  it("turns motors on with their first step and off on request", async () => {
    const bench = await benchAt(30, 40, 20);
    const status = (): unknown => bench.printer.lookupObject("stepper_enable").getStatus(0).steppers;

    await bench.perform(() => bench.gcode.run("G28", { X: "" }));
    expect(status()).toEqual({ stepper_x: true, stepper_y: false, stepper_z: false, extruder: false });
    await bench.perform(() => bench.gcode.run("M84"));

    expect(status()).toEqual({ stepper_x: false, stepper_y: false, stepper_z: false, extruder: false });
    expect(bench.toolhead.getStatus(0)["homed_axes"]).toBe("");
  });
});
