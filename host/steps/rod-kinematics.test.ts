import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  deltaKinematics, deltesianKinematics, polarArmKinematics, positionAt, StepperSteps, winchKinematics, type FunctionKinematics,
} from "./stepper-steps.js";
import { RowReader } from "./testing/emitted-steps.js";
import { randomMotion, seededDraw } from "./testing/random-motion.js";
import { Trapq } from "./trapq.js";

/** With a point within reach, all around. */
const KINEMATICS: readonly (readonly [string, FunctionKinematics, number, number])[] = [
  ["delta", deltaKinematics(333 * 333, 151.3, -87.4), 10, 10],
  ["deltesian", deltesianKinematics(217 * 217, -160), -100, 0],
  ["winch", winchKinematics(-2000, 1000, -100), 0, 0],
  ["polar arm", polarArmKinematics(), 50, 50],
];

const coordinate = fc.double({ min: -40, max: 40, noNaN: true });
const point = fc.tuple(coordinate, coordinate, coordinate);
/** Directions of moves, most of them neither level nor upright. */
const direction = point.filter((r) => Math.hypot(...r) > 1).map((r) => r.map((value) => value / Math.hypot(...r)) as [number, number, number]);

describe("rod-kinematics", () => {
  it.each(KINEMATICS)("a %s stepper is at a position where its closed form says", (_name, kinematics, placeX, placeY) => {
    fc.assert(fc.property(point, direction, fc.double({ min: 0, max: 40, noNaN: true }), ([dx, dy, z], [rx, ry, rz], s) => {
      const [x, y] = [placeX + dx, placeY + dy];
      const at = (distance: number): number => positionAt(kinematics, x + rx * distance, y + ry * distance, z + rz * distance);
      const turn = kinematics.line!.begin(x, y, z, rx, ry, rz);
      // Within a hair of the turn the position hardly tells the distance.
      fc.pre(Number.isNaN(turn) || Math.abs(s - turn) > 0.1);
      fc.pre(Math.abs(at(s + 1e-3) - at(s)) > 1e-6);

      expect(kinematics.line!.distanceAt(at(s), s > turn)).toBeCloseTo(s, 6);
    }), { numRuns: 500 });
  });

  it.each(KINEMATICS)("a %s stepper turns round where its closed form says, and nowhere else", (_name, kinematics, placeX, placeY) => {
    fc.assert(fc.property(point, direction, ([dx, dy, z], [rx, ry, rz]) => {
      const [x, y] = [placeX + dx, placeY + dy];
      const at = (distance: number): number => positionAt(kinematics, x + rx * distance, y + ry * distance, z + rz * distance);
      const turn = kinematics.line!.begin(x, y, z, rx, ry, rz);
      const signs = Array.from({ length: 80 }, (_, i) => i / 2).filter((s) => Math.abs(s - turn) > 0.51 || Number.isNaN(turn))
        .map((s) => ({ after: s > turn, slope: Math.sign(at(s + 1e-4) - at(s)) }));
      for (const after of [false, true]) expect(new Set(signs.filter((one) => one.after === after && one.slope !== 0).map((one) => one.slope)).size).toBeLessThanOrEqual(1);
    }), { numRuns: 300 });
  });

  it.each(KINEMATICS)("steps a %s stepper in closed form as by iteration", (_name, kinematics, placeX, placeY) => {
    const { line: _closedForm, ...iterated } = kinematics;
    const moves = randomMotion(seededDraw(9), 5, 20, 1, { length: 25, speed: 200, accel: 3000, cornerSpeed: 10, rest: 0.5 })
      .map((move) => move.map((value, i) => (i === 4 ? value + placeX : i === 5 ? value + placeY : value)) as typeof move);
    const stepsBy = (used: FunctionKinematics): RowReader["steps"] => {
      const trapq = new Trapq();
      for (const move of moves) trapq.append(...move);
      const stepper = new StepperSteps({ oid: 0, name: "stepper", stepDist: 0.003125 });
      stepper.setMcu(16e6, 0);
      stepper.setTime(0, 16e6);
      stepper.setKinematics(used);
      stepper.setTrapq(trapq);
      stepper.setPosition(moves[0]![4], moves[0]![5], moves[0]![6]);
      stepper.generate(1000);
      stepper.flush(Infinity);
      const reader = new RowReader();
      reader.drain(stepper.out);
      return reader.steps;
    };

    const closed = stepsBy(kinematics);
    const slow = stepsBy(iterated);

    expect(closed.clocks.length).toBeGreaterThan(5000);
    expect(closed.dirs).toEqual(slow.dirs);
    // The iteration stops at 1 ns of time or of way; near standstill way is worth more time.
    const differences = closed.clocks.map((clock, i) => Math.abs(clock - slow.clocks[i]!)).sort((a, b) => a - b);
    expect(differences[Math.floor(differences.length * 0.99)]).toBeLessThanOrEqual(1);
    expect(differences.at(-1)! / 16e6).toBeLessThan(2e-6);
  });
});
