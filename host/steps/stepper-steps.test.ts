import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StepperSteps, cartesianKinematics, corexyKinematics, type LinearKinematics } from "./stepper-steps.js";
import { idealSteps } from "./testing/ideal-steps.js";
import { RowReader } from "./testing/emitted-steps.js";
import { randomMotion, seededDraw, type AppendArguments, type MotionLimits } from "./testing/random-motion.js";
import { Trapq } from "./trapq.js";

const LIMITS: MotionLimits = { length: 40, speed: 300, accel: 3000, cornerSpeed: 20, rest: 2 };
const MAX_ERROR = 25e-6;

interface Job {
  moves: AppendArguments[];
  kinematics: LinearKinematics;
  stepDist: number;
  freq: number;
  /** Seconds per call of generate and flush. */
  batch: number;
}

function run(job: Job): RowReader {
  const trapq = new Trapq();
  for (const move of job.moves) trapq.append(...move);
  const stepper = new StepperSteps({ oid: 1, name: "stepper_x", stepDist: job.stepDist });
  stepper.setMcu(job.freq, MAX_ERROR);
  stepper.setTime(0, job.freq);
  stepper.setKinematics(job.kinematics);
  stepper.setTrapq(trapq);
  stepper.setPosition(0, 0, 0);
  const reader = new RowReader();
  const last = job.moves.at(-1)!;
  const end = last[0] + last[1] + last[2] + last[3];
  for (let flushTime = job.moves[0]![0]; flushTime < end + 0.5; flushTime += job.batch) {
    stepper.generate(flushTime + 0.05);
    trapq.finalizeMoves(flushTime, flushTime - 30);
    stepper.flush(flushTime * job.freq);
    reader.drain(stepper.out);
  }
  stepper.generate(end + 1);
  stepper.flush(Infinity);
  reader.drain(stepper.out);
  return reader;
}

/** Compares with steps found by bisection; every step must be in its window, which is a tick wide at least. */
function check(job: Job): { steps: number; rows: number } {
  const ideal = idealSteps(job.moves, job.kinematics, job.stepDist, job.freq);
  const { steps } = run(job);
  expect(steps.clocks.length).toBe(ideal.clocks.length);
  const maxError = Math.floor(MAX_ERROR * job.freq);
  for (let i = 0; i < ideal.clocks.length; i++) {
    const clock = steps.clocks[i]!;
    const target = ideal.clocks[i]!;
    const before = steps.rowStarts[i] === -1 ? ideal.clocks[i - 1]! : steps.rowStarts[i]!;
    const early = Math.min(maxError, Math.floor((target - before) / 2));
    if (steps.dirs[i] !== ideal.dirs[i] || clock > target + 1 || clock < target - early - 1) {
      throw new Error(`Step ${i}: clock ${clock} dir ${steps.dirs[i]}, window ${target - early}…${target} dir ${ideal.dirs[i]}`);
    }
  }
  return { steps: steps.clocks.length, rows: steps.rows };
}

describe("stepper-steps", () => {
  it.each([
    ["cartesian x", cartesianKinematics("x"), 0.0125, 16e6],
    ["corexy a", corexyKinematics("+"), 0.0125, 16e6],
    ["corexy b, 64 microsteps", corexyKinematics("-"), 0.003125, 64e6],
    ["cartesian y, 256 microsteps", cartesianKinematics("y"), 0.00078125, 180e6],
  ] as const)("keeps every step in its window: %s", (_title, kinematics, stepDist, freq) => {
    const moves = randomMotion(seededDraw(7), stepDist < 0.002 ? 2 : 8, 30, 3, LIMITS);
    check({ moves, kinematics, stepDist, freq, batch: 0.25 });
  });

  it("keeps every step in its window for any motion and any batch length", () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(), chains: fc.integer({ min: 1, max: 4 }), length: fc.double({ min: 0.02, max: 30, noNaN: true }),
          accel: fc.constantFrom(200, 3000, 20000), batch: fc.constantFrom(0.002, 0.05, 0.5), diagonal: fc.boolean(),
          stepDist: fc.constantFrom(0.0125, 0.01, 0.0025), freq: fc.constantFrom(16e6, 48e6, 180e6),
        }),
        ({ seed, chains, length, accel, batch, diagonal, stepDist, freq }) => {
          const moves = randomMotion(seededDraw(seed), chains, 8, 1, { ...LIMITS, length, accel });
          check({ moves, kinematics: diagonal ? corexyKinematics("+") : cartesianKinematics("x"), stepDist, freq, batch });
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it("sends a step after a long rest as a row of its own", () => {
    const freq = 180e6;
    const moves: AppendArguments[] = [
      [1, 0.1, 0, 0.1, 0, 0, 0, 1, 0, 0, 0, 100, 1000],
      [14, 0.1, 0, 0.1, 10, 0, 0, -1, 0, 0, 0, 100, 1000],
      [50, 0.1, 0, 0.1, 0, 0, 0, 1, 0, 0, 0, 100, 1000],
    ];
    check({ moves, kinematics: cartesianKinematics("x"), stepDist: 0.0125, freq, batch: 0.25 });
  });

  it.each([
    ["a slow turn beyond a boundary steps there and back", 3000, 0.2, [1, 1, 1, 0, 0, 0]],
    ["a quick turn just beyond a boundary skips the step and its opposite", 100000, 0.2, [1, 1, 0, 0]],
    ["a quick turn half a step beyond a boundary steps there and back", 400000, 0.6, [1, 1, 1, 0, 0, 0]],
    ["a turn short of a boundary does not step", 3000, -1e-3, [1, 1, 0, 0]],
  ])("%s", (_title, accel, beyond, expected) => {
    const freq = 16e6;
    const reach = (2.5 + beyond) * 0.0125;
    const v = Math.sqrt(reach * accel);
    const moves: AppendArguments[] = [
      [1, v / accel, 0, v / accel, 0, 0, 0, 1, 0, 0, 0, v, accel],
      [1 + (2 * v) / accel, v / accel, 0, v / accel, reach, 0, 0, -1, 0, 0, 0, v, accel],
    ];
    const reader = run({ moves, kinematics: cartesianKinematics("x"), stepDist: 0.0125, freq, batch: 1 });
    expect(reader.steps.dirs).toEqual(expected);
  });

  it("keeps each kinematics' commanded position while another is in use", () => {
    const stepper = new StepperSteps({ oid: 0, name: "stepper_z", stepDist: 0.01 });
    const own = cartesianKinematics("z");
    stepper.setKinematics(own);
    stepper.setPosition(1, 2, 3);
    const before = stepper.setKinematics(cartesianKinematics("x"));
    expect(before).toBe(own);
    expect(stepper.getCommandedPosition()).toBe(0);
    stepper.setKinematics(own);
    expect(stepper.getCommandedPosition()).toBe(3);
  });

  it("answers where the stepper was, across a reset and a position report", () => {
    const freq = 16e6;
    const trapq = new Trapq();
    trapq.append(1, 0.1, 0.5, 0.1, 0, 0, 0, 1, 0, 0, 0, 50, 500);
    const stepper = new StepperSteps({ oid: 1, name: "stepper_x", stepDist: 0.0125, invertDir: true });
    stepper.setMcu(freq, MAX_ERROR);
    stepper.setTime(0, freq);
    stepper.setKinematics(cartesianKinematics("x"));
    stepper.setTrapq(trapq);
    stepper.generate(3);
    stepper.flush(3 * freq);
    const reader = new RowReader();
    reader.drain(stepper.out);
    const { clocks, dirs } = reader.steps;
    expect(new Set(dirs)).toEqual(new Set([0]));
    expect(stepper.mcuPosition()).toBe(clocks.length);
    for (let i = 0; i < clocks.length; i++) {
      expect(stepper.findPastPosition(clocks[i]!)).toBe(i + 1);
      expect(stepper.findPastPosition(clocks[i]! - 1)).toBe(i);
    }
    stepper.reset(0);
    stepper.setLastPosition(3.5 * freq, 1234);
    expect(stepper.findPastPosition(3.6 * freq)).toBe(1234);
    expect(stepper.findPastPosition(1.3 * freq)).toBeLessThan(1234);
    expect(stepper.lastStepClock).toBe(0);
    expect(stepper.out.headKind()).toBe(2);
  });
});
