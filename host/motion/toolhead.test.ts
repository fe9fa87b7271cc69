import { describe, expect, it } from "vitest";
import { CommandError } from "../errors.js";
import { BENCH_FREQ } from "./testing/bench-mcu.js";
import { CARTESIAN_CONFIG, motionBench, type MotionBench } from "./testing/motion-bench.js";

/** A bench whose axes count as homed at the origin. */
async function homedBench(config = CARTESIAN_CONFIG): Promise<MotionBench> {
  const bench = await motionBench(config);
  await bench.perform(() => bench.toolhead.setPosition([0, 0, 0], { homingAxes: "xyz" }));
  return bench;
}

/** Print times of all steps of a stepper, s. */
function stepTimes(bench: MotionBench, stepper: string): number[] {
  const times: number[] = [];
  for (const { firstClock, interval, count, add } of bench.mcu.rows.filter((row) => row.stepper === stepper)) {
    for (let k = 0; k < count; k++) times.push((firstClock + k * interval + (add * k * (k + 1)) / 2) / BENCH_FREQ);
  }
  return times;
}

describe("toolhead", () => {
  it("starts the first move of a stretch 250 ms ahead of the micro-controller", async () => {
    const bench = await homedBench();
    const start = bench.clock.now;

    await bench.perform(() => bench.toolhead.move([10, 0, 0, 0], 100));
    await bench.runUntil(start + 5);

    const times = stepTimes(bench, "stepper_x");
    expect(times).toHaveLength(800);
    // The move is planned when the priming timer of 0.1 s runs out.
    expect(bench.toolhead.printTime).toBeGreaterThan(start + 0.35);
    expect(times[0]).toBeGreaterThan(start + 0.35);
    expect(times[0]).toBeLessThan(start + 0.37);
  });

  it("pauses whoever queues more than 2 s of moves, and never gets further ahead than that plus one move", async () => {
    const bench = await homedBench();
    let furthest = 0;

    await bench.perform(async () => {
      for (let i = 1; i <= 200; i++) {
        await bench.toolhead.move([i % 2 === 0 ? 0 : 10, 0, 0, 0], 100);
        furthest = Math.max(furthest, bench.toolhead.printTime - bench.clock.now);
      }
    });

    expect(furthest).toBeGreaterThan(1.9);
    expect(furthest).toBeLessThan(2.6);
    expect(bench.toolhead.printStall).toBe(0);
  });

  it("counts a stall when more moves come after the buffer ran low but before it ran dry", async () => {
    const bench = await homedBench();
    await bench.perform(async () => {
      for (let i = 1; i <= 40; i++) await bench.toolhead.move([i * 5, 0, 0, 0], 50);
    });
    const printTime = bench.toolhead.printTime;

    await bench.runUntil(printTime - 0.5);
    expect(bench.toolhead.specialQueuingState).toBe("NeedPrime");
    await bench.perform(() => bench.toolhead.move([0, 0, 0, 0], 100));

    expect(bench.toolhead.printStall).toBe(1);
    expect(bench.toolhead.specialQueuingState).toBe("Priming");
  });

  it("brings a flushed move to its exact end, whenever it is flushed", async () => {
    const bench = await homedBench();

    await bench.perform(async () => {
      await bench.toolhead.move([5, 0, 0, 0], 100);
      bench.toolhead.getLastMoveTime();
      await bench.toolhead.move([20, 10, 0, 0.5], 100);
      await bench.toolhead.waitMoves();
    });
    await bench.runUntil(bench.toolhead.printTime + 1);

    const [x, y, , e] = bench.toolhead.getKinematics().getSteppers().map((stepper) => stepper.getCommandedPosition());
    expect(x).toBeCloseTo(20, 2);
    expect(y).toBeCloseTo(10, 2);
    expect(e).toBeUndefined();
    expect(stepTimes(bench, "stepper_x")).toHaveLength(1600);
    expect(stepTimes(bench, "stepper_y")).toHaveLength(800);
    expect(stepTimes(bench, "extruder")).toHaveLength(Math.round(0.5 / (22.6789511 / 3200)));
  });

  it("calls a lookahead callback with the time of the end of the last queued move", async () => {
    const bench = await homedBench();
    const calls: number[] = [];

    await bench.perform(async () => {
      await bench.toolhead.move([10, 0, 0, 0], 100);
      bench.toolhead.registerLookaheadCallback((printTime) => void calls.push(printTime));
      await bench.toolhead.move([20, 0, 0, 0], 100);
      expect(calls).toEqual([]);
      bench.toolhead.getLastMoveTime();
    });

    expect(calls).toHaveLength(1);
    expect(calls[0]).toBeLessThan(bench.toolhead.printTime);
    expect(calls[0]).toBeGreaterThan(bench.toolhead.printTime - 0.15);
  });

  it("sends toolhead:sync_print_time once per stretch of moves", async () => {
    const bench = await homedBench();
    bench.events.length = 0;

    await bench.perform(async () => {
      for (let i = 1; i <= 20; i++) await bench.toolhead.move([i, 0, 0, 0], 100);
      await bench.toolhead.waitMoves();
    });

    expect(bench.events.filter(([event]) => event === "toolhead:sync_print_time")).toHaveLength(1);
  });

  it("refuses moves out of range or of axes that are not homed, and stays where it is", async () => {
    const bench = await motionBench();

    await expect(bench.perform(() => bench.toolhead.move([10, 0, 0, 0], 100))).rejects.toThrow(
      new CommandError("Must home axis first: 10.000 0.000 0.000 [0.000]"),
    );
    bench.toolhead.setPosition([0, 0, 0], "xy");
    await expect(bench.perform(() => bench.toolhead.move([230, 0, 0, 0], 100))).rejects.toThrow(
      new CommandError("Move out of range: 230.000 0.000 0.000 [0.000]"),
    );
    expect(bench.toolhead.getPosition()).toEqual([0, 0, 0, 0]);
  });

  it("slows moves with a Z part to the limits of Z", async () => {
    const bench = await homedBench();
    const start = bench.clock.now;

    await bench.perform(async () => {
      await bench.toolhead.move([0, 0, 15, 0], 100);
      await bench.toolhead.waitMoves();
    });

    // 15 mm at 15 mm/s with 100 mm/s²: 0.85 s of cruise and two ramps of 0.15 s.
    const times = stepTimes(bench, "stepper_z");
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(1.1);
    expect(times.at(-1)! - times[0]!).toBeLessThan(1.16);
    expect(start).toBeLessThan(times[0]!);
  });

  it("shows Kalico's status fields", async () => {
    const bench = await homedBench();

    expect(bench.toolhead.getStatus(2)).toEqual({
      homed_axes: "xyz",
      axis_minimum: expect.anything(),
      axis_maximum: expect.anything(),
      print_time: bench.toolhead.printTime,
      stalls: 0,
      estimated_print_time: 2,
      extruder: "extruder",
      position: expect.anything(),
      max_velocity: 300,
      max_accel: 3000,
      minimum_cruise_ratio: 0.5,
      square_corner_velocity: 5,
    });
    expect(JSON.stringify(bench.toolhead.getStatus(2)["axis_maximum"])).toBe("[220,220,200,0]");
  });

  it("answers SET_VELOCITY_LIMIT and RESET_VELOCITY_LIMIT with all limits", async () => {
    const bench = await homedBench();

    await bench.gcode.run("SET_VELOCITY_LIMIT", { ACCEL: 1000, Z_VELOCITY: 5 });
    expect([bench.toolhead.maxAccel, bench.toolhead.maxAccelToDecel]).toEqual([1000, 500]);
    expect(bench.gcode.output).toEqual([]);
    await bench.gcode.run("SET_VELOCITY_LIMIT");
    await bench.gcode.run("RESET_VELOCITY_LIMIT");

    const text = (accel: string, z: string): string =>
      `max_velocity: 300.000000\nmax_accel: ${accel}.000000\nmax_z_velocity: ${z}.000000\nmax_z_accel: 100.000000\n` +
      "minimum_cruise_ratio: 0.500000\nsquare_corner_velocity: 5.000000";
    expect(bench.gcode.output).toEqual([text("1000", "5"), text("3000", "15")]);
  });

  it("does not know kinematics that do not exist", async () => {
    await expect(motionBench(CARTESIAN_CONFIG.replace("kinematics: cartesian", "kinematics: hexapod"))).rejects.toThrow(
      "Error loading kinematics 'hexapod'",
    );
  });
});
