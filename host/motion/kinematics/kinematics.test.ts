import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { motionBench, type MotionBench } from "../testing/motion-bench.js";

let pin = 0;
const stepper = (name: string, options: string): string =>
  `[${name}]\nstep_pin: PA${pin++}\ndir_pin: PB${pin++}\nenable_pin: !PC${pin++}\nmicrosteps: 16\n${options.replaceAll("ENDSTOP", `endstop_pin: ^PD${pin++}`).replaceAll(", ", "\n")}\n`;
const rotation = "rotation_distance: 40";
const box = (z = "8"): string => ["x", "y", "z"].map((axis) =>
  stepper(`stepper_${axis}`, `rotation_distance: ${axis === "z" ? z : 40}, ENDSTOP, position_endstop: 0, position_max: 200`)).join("");
const printer = (kinematics: string, options = ""): string =>
  `[printer]\nkinematics: ${kinematics}\nmax_velocity: 300\nmax_accel: 3000\n${options.replaceAll(", ", "\n")}\n`;

/** Printers by kinematics, with a box of positions that all of them reach. */
const PRINTERS: Record<string, string> = {
  cartesian: box() + printer("cartesian"),
  corexy: box() + printer("corexy"),
  corexz: box("40") + printer("corexz"),
  hybrid_corexy: box() + printer("hybrid_corexy"),
  "hybrid_corexy, inverted": box() + printer("hybrid_corexy", "invert_kinematics: True"),
  hybrid_corexz: box("40") + printer("hybrid_corexz"),
  limited_cartesian: box() + printer("limited_cartesian"),
  limited_corexy: box() + printer("limited_corexy"),
  limited_corexz: box("40") + printer("limited_corexz"),
  delta: stepper("stepper_a", `${rotation}, ENDSTOP, position_endstop: 297.05, arm_length: 333`) +
    stepper("stepper_b", `${rotation}, ENDSTOP, arm_length: 332.4, angle: 330.3`) + stepper("stepper_c", `${rotation}, ENDSTOP`) +
    printer("delta", "delta_radius: 174.75"),
  deltesian: stepper("stepper_left", `${rotation}, ENDSTOP, position_endstop: 250, arm_length: 217, arm_x_length: 160`) +
    stepper("stepper_right", `${rotation}, ENDSTOP, arm_length: 218`) + stepper("stepper_y", `${rotation}, ENDSTOP, position_endstop: 0, position_max: 200`) +
    printer("deltesian"),
  polar: stepper("stepper_bed", "gear_ratio: 80:16") + stepper("stepper_arm", `${rotation}, ENDSTOP, position_endstop: 300, position_max: 300`) +
    stepper("stepper_z", "rotation_distance: 8, ENDSTOP, position_endstop: 0, position_max: 200") + printer("polar"),
  rotary_delta: ["a", "b", "c"].map((arm) => stepper(`stepper_${arm}`,
    `gear_ratio: 107:16, ENDSTOP${arm === "a" ? ", position_endstop: 252, upper_arm_length: 170, lower_arm_length: 320" : ""}`)).join("") +
    printer("rotary_delta", "shoulder_radius: 33.9, shoulder_height: 412.9"),
  winch: [[0, -2000, 3000], [2000, 1000, 3000], [-2000, 1000, 3000], [0, 0, -100]].map(([x, y, z], i) =>
    stepper(`stepper_${"abcd"[i]!}`, `${rotation}, anchor_x: ${x}, anchor_y: ${y}, anchor_z: ${z}`)).join("") + printer("winch"),
};

const messageOf = async (task: () => unknown): Promise<string> => {
  try {
    await task();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

/** Declares the tool head to be homed at a position. */
const home = (bench: MotionBench, ...position: number[]): Promise<void> =>
  bench.perform(() => bench.toolhead.setPosition([...position, 0], { homingAxes: "xyz" }));
const move = (bench: MotionBench, ...position: number[]): Promise<string> => messageOf(() => bench.perform(() => bench.toolhead.move([...position, 0], 100)));
const status = (bench: MotionBench): Record<string, unknown> => bench.toolhead.getKinematics().getStatus(bench.clock.now);

describe("kinematics", () => {
  it.each(Object.entries(PRINTERS))("%s: the tool head is where its steppers say", async (_name, config) => {
    const kin = (await motionBench(config)).toolhead.getKinematics();
    const coordinate = fc.double({ min: 5, max: 50, noNaN: true });
    fc.assert(fc.property(coordinate, coordinate, coordinate, (...point) => {
      const positions = Object.fromEntries(kin.getSteppers().map((one) => [one.getName(), one.calcPositionFromCoord(point)]));

      const found = kin.calcPosition(positions);

      for (const [axis, value] of point.entries()) expect(found[axis]).toBeCloseTo(value, 7);
    }));
  });

  it.each(Object.entries(PRINTERS).filter(([name]) => name !== "winch"))("%s: moves only when homed", async (name, config) => {
    const bench = await motionBench(config);
    expect(status(bench)["homed_axes"]).toBe("");
    expect(await move(bench, 20, 20, 20)).toMatch(name.includes("delta") ? /^Must home first: 20.000 20.000 20.000/ : /^Must home axis first: /);

    await home(bench, 30, 30, 30);
    expect(status(bench)["homed_axes"]).toBe("xyz");
    expect(await move(bench, 20, 20, 20)).toBe("");
    bench.toolhead.getKinematics().clearHomingState("z");
    expect(await move(bench, 20, 20, 21)).toMatch(/^Must home/);
    expect(status(bench)["homed_axes"]).toBe(name.includes("delta") ? "" : "xy");
  });

  it.each([
    ["cartesian", [-1, 20, 20]], ["corexz", [20, 20, 201]], ["limited_corexy", [20, 300, 20]], ["polar", [250, 250, 20]], ["polar", [20, 20, -1]],
    ["delta", [170, 60, 20]], ["delta", [20, 20, 298]], ["delta", [150, 0, 250]], ["delta", [20, 20, -1]], ["deltesian", [58, 20, 20]], ["deltesian", [20, 20, 300]],
    ["rotary_delta", [210, 0, 20]], ["rotary_delta", [20, 20, 260]],
  ] as [string, [number, number, number]][])("%s: %j is out of range", async (name, target) => {
    const bench = await motionBench(PRINTERS[name]);
    await home(bench, 30, 30, 30);
    expect(await move(bench, ...target)).toBe(`Move out of range: ${target.map((value) => value.toFixed(3)).join(" ")} [0.000]`);
  });

  it("delta: tapers the room at the top and slows moves at the rim", async () => {
    const bench = await motionBench(PRINTERS["delta"]);
    expect(status(bench)).toMatchObject({ axis_minimum: [-174.75, -174.75, 0, 0], axis_maximum: [174.75, 174.75, 297.05, 0] });
    expect(status(bench)["cone_start_z"]).toBeCloseTo(247.1, 0);
    await home(bench, 0, 0, 30);
    await bench.perform(() => bench.toolhead.move([0, 0, 297, 0], 100));
    const speedTo = async (x: number): Promise<number> => {
      await home(bench, 0, 0, 30);
      await bench.perform(() => bench.toolhead.move([x, 0, 30, 0], 300));
      return Math.sqrt(bench.toolhead.lookahead.getLast()!.maxCruiseV2);
    };
    expect([await speedTo(100), await speedTo(145), await speedTo(165)]).toEqual([300, 150, 75]);
  });

  it("limited_cartesian: is as fast as the slowest axis allows, and scales with the acceleration on demand", async () => {
    const bench = await motionBench(box() + printer("limited_cartesian",
      "max_x_velocity: 200, max_y_velocity: 100, max_z_velocity: 10, max_x_accel: 3000, max_y_accel: 1000, max_z_accel: 100"));
    await home(bench, 100, 100, 100);
    const limits = async (...target: number[]): Promise<number[]> => {
      await home(bench, 100, 100, 100);
      await bench.perform(() => bench.toolhead.move([...target, 0], 1000));
      const last = bench.toolhead.lookahead.getLast()!;
      return [Math.sqrt(last.maxCruiseV2), last.accel];
    };
    expect(await limits(150, 100, 100)).toEqual([200, 3000]);
    expect(await limits(100, 150, 100)).toEqual([100, 1000]);
    expect(await limits(100, 100, 101)).toEqual([10, 100]);
    await bench.gcode.run("SET_KINEMATICS_LIMIT", { Y_ACCEL: 2000, SCALE: 1 });
    await bench.gcode.run("SET_VELOCITY_LIMIT", { ACCEL: Math.hypot(3000, 2000) / 2 });
    const [, accel] = await limits(100, 150, 100);
    expect(accel).toBeCloseTo(1000, 9);
    await bench.gcode.run("SET_KINEMATICS_LIMIT");
    expect(bench.gcode.output.at(-1)).toContain("x,y,z max_velocities: [200.0, 100.0, 10.0]\nx,y,z max_accels: [3000.0, 2000.0, 100.0]\nPer axis accelerations limits scale");
  });

  it("refuses a second carriage where none can be", async () => {
    await expect(motionBench(PRINTERS["corexy"]! + stepper("dual_carriage", `axis: x, ${rotation}, ENDSTOP, position_endstop: 200, position_max: 200`)))
      .rejects.toThrow("dual_carriage not compatible with 'corexy' kinematics system");
  });
});

describe("dual carriages", () => {
  const second = stepper("dual_carriage", `axis: x, ${rotation}, ENDSTOP, position_endstop: 230, position_min: 30, position_max: 230, safe_distance: 40`);
  const bench = async (): Promise<MotionBench> => {
    const started = await motionBench(box() + second + printer("cartesian"));
    await home(started, 10, 50, 50);
    // The second carriage stands at the other end.
    await started.perform(() => started.gcode.run("SET_DUAL_CARRIAGE", { CARRIAGE: 1 }));
    await home(started, 230, 50, 50);
    await started.perform(() => started.gcode.run("SET_DUAL_CARRIAGE", { CARRIAGE: 0 }));
    return started;
  };
  const run = (started: MotionBench, command: string, params: Record<string, string | number> = {}): Promise<string> =>
    messageOf(() => started.perform(() => started.gcode.run(command, params)));
  const places = (started: MotionBench): number[] => started.toolhead.getKinematics().getSteppers()
    .filter((one) => ["stepper_x", "dual_carriage"].includes(one.getName())).map((one) => Math.round(one.getCommandedPosition() * 1000) / 1000);
  const modes = (started: MotionBench): unknown => started.printer.lookupObject<{ getStatus(): unknown }>("dual_carriage").getStatus();
  const go = async (started: MotionBench, x: number): Promise<string> => {
    const error = await messageOf(() => started.perform(() => started.toolhead.manualMove([x, null, null], 100)));
    await started.perform(() => started.toolhead.flushStepGeneration());
    return error;
  };

  it("lets one lead while the other rests", async () => {
    const started = await bench();
    expect(modes(started)).toEqual({ carriage_0: "PRIMARY", carriage_1: "INACTIVE" });
    expect(await go(started, 60)).toBe("");
    expect(places(started)).toEqual([60, 230]);
    expect(await run(started, "SET_DUAL_CARRIAGE", { CARRIAGE: 1 })).toBe("");
    expect(started.toolhead.getPosition()[0]).toBe(230);
    expect(await go(started, 150)).toBe("");
    expect(places(started)).toEqual([60, 150]);
  });

  it("copies and mirrors, and keeps the carriages apart", async () => {
    const started = await bench();
    await go(started, 60);
    await run(started, "SET_DUAL_CARRIAGE", { CARRIAGE: 1, MODE: "mirror" });
    await go(started, 70);
    expect(places(started)).toEqual([70, 220]);
    // They would meet at 145; 20 mm before that is the limit.
    expect(await go(started, 130)).toMatch(/^Move out of range/);
    await run(started, "SET_DUAL_CARRIAGE", { CARRIAGE: 1, MODE: "COPY" });
    await go(started, 60);
    expect(places(started)).toEqual([60, 210]);
    expect(await go(started, 81)).toMatch(/^Move out of range/);
  });

  it("brings both back in one move", async () => {
    const started = await bench();
    await go(started, 60);
    await run(started, "SAVE_DUAL_CARRIAGE_STATE", { NAME: "here" });
    await run(started, "SET_DUAL_CARRIAGE", { CARRIAGE: 1, MODE: "MIRROR" });
    await go(started, 90);
    expect(places(started)).toEqual([90, 200]);
    expect(await run(started, "RESTORE_DUAL_CARRIAGE_STATE", { NAME: "here" })).toBe("");
    expect(places(started)).toEqual([60, 230]);
    expect(modes(started)).toEqual({ carriage_0: "PRIMARY", carriage_1: "INACTIVE" });
    expect(await run(started, "RESTORE_DUAL_CARRIAGE_STATE", { NAME: "there" })).toBe("Unknown DUAL_CARRIAGE state: there");
  });

  it("says what it cannot do", async () => {
    const started = await bench();
    expect(await run(started, "SET_DUAL_CARRIAGE", { CARRIAGE: 1, MODE: "FLY" })).toBe("Invalid mode=FLY specified");
    expect(await run(started, "SET_DUAL_CARRIAGE", { CARRIAGE: 0, MODE: "COPY" })).toBe("Mode=COPY is not supported for carriage=0");
    started.toolhead.getKinematics().clearHomingState("x");
    expect(await run(started, "SET_DUAL_CARRIAGE", { CARRIAGE: 1, MODE: "COPY" })).toBe("Axis x must be homed prior to enabling mode=COPY");
  });
});
