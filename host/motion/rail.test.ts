import { describe, expect, it } from "vitest";
import { CARTESIAN_CONFIG, motionBench } from "./testing/motion-bench.js";

/** The configuration with the options of [stepper_x] changed. */
function withStepperX(change: Record<string, string | null>, extra = ""): string {
  const sections = CARTESIAN_CONFIG.trim().split(/^(?=\[)/m);
  const lines = sections[0]!.trim().split("\n").filter((line) => !(line.split(":")[0]! in change));
  for (const [option, value] of Object.entries(change)) if (value !== null) lines.push(`${option}: ${value}`);
  return [lines.join("\n") + "\n", extra, ...sections.slice(1)].join("");
}

describe("rail", () => {
  it.each([
    [{ position_endstop: "230" }, "position_endstop in section 'stepper_x' must be between position_min and position_max"],
    [{ position_endstop: "110" }, "Unable to infer homing_positive_dir in section 'stepper_x'"],
    [{ homing_positive_dir: "true" }, "Invalid homing_positive_dir / position_endstop in 'stepper_x'"],
    [{ full_steps_per_rotation: "201" }, "full_steps_per_rotation invalid in section 'stepper_x'"],
    [{ rotation_distance: null }, "Option 'rotation_distance' in section 'stepper_x' must be specified"],
    [{ endstop_pin: null }, "Option 'endstop_pin' in section 'stepper_x' must be specified"],
    [{ position_max: "-1" }, "Option 'position_max' in section 'stepper_x' must be above 0.0"],
    [{ microsteps: "0" }, "Option 'microsteps' in section 'stepper_x' must have minimum of 1"],
  ])("rejects %j", async (change, message) => {
    await expect(motionBench(withStepperX(change))).rejects.toThrow(message);
  });

  it("finds the direction of homing from where the endstop is", async () => {
    const bench = await motionBench(withStepperX({ position_endstop: "215" }));

    const [railX, railY] = bench.toolhead.getKinematics().rails!;
    expect(railX!.getHomingInfo()).toEqual({
      speed: 50,
      positionEndstop: 215,
      retractSpeed: 50,
      retractDist: 5,
      positiveDir: true,
      secondHomingSpeed: 25,
      useSensorlessHoming: false,
      minHomeDist: 5,
      accel: null,
    });
    expect(railY!.getHomingInfo().positiveDir).toBe(false);
  });

  it("multiplies gear ratios into the steps per rotation", async () => {
    const bench = await motionBench(withStepperX({ gear_ratio: "3:1, 57:19" }));

    expect(bench.toolhead.getKinematics().getSteppers()[0]!.getRotationDistance()).toEqual([40, 200 * 16 * 9]);
  });

  it("takes further steppers, on the first endstop or on their own", async () => {
    const second = "[stepper_x1]\nstep_pin: PG0\ndir_pin: PG1\nmicrosteps: 16\nrotation_distance: 40\n";
    const third = "[stepper_x2]\nstep_pin: PG2\ndir_pin: PG3\nmicrosteps: 16\nrotation_distance: 40\nendstop_pin: ^PG4\n";
    const bench = await motionBench(withStepperX({}, second + third));

    const [rail] = bench.toolhead.getKinematics().rails!;
    expect(rail!.getSteppers().map((stepper) => stepper.getName())).toEqual(["stepper_x", "stepper_x1", "stepper_x2"]);
    const endstops = rail!.getEndstops().map(([endstop, name]) => [name, endstop.getSteppers().map((stepper) => stepper.getName(true))]);
    expect(endstops).toEqual([["x", ["x", "x1"]], ["x2", ["x2"]]]);
    expect(bench.toolhead.getActiveRailsForAxis("x")).toEqual([rail]);
  });

  it("wants the same pull-up from steppers that share an endstop pin", async () => {
    const second = "[stepper_x1]\nstep_pin: PG0\ndir_pin: PG1\nmicrosteps: 16\nrotation_distance: 40\nendstop_pin: PE5\n";

    // The reason is only in the log.
    await expect(motionBench(withStepperX({}, second))).rejects.toThrow("Error loading kinematics 'cartesian'");
  });

  it("configures the stepper with the pulse length in ticks", async () => {
    const bench = await motionBench(withStepperX({ step_pulse_duration: "0.000005" }));

    expect(bench.mcu.configCmds[0]).toBe("config_stepper oid=0 step_pin=PF0 dir_pin=PF1 invert_step=0 step_pulse_ticks=80");
  });
});
