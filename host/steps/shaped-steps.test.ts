import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cartesianKinematics, corexyKinematics, deltaKinematics, positionAt, shapedKinematics, StepperSteps,
  type FunctionKinematics, type LinearKinematics, type ShaperPulse, type StepperKinematics,
} from "./stepper-steps.js";
import { RowReader } from "./testing/emitted-steps.js";
import { randomMotion, seededDraw, type AppendArguments } from "./testing/random-motion.js";
import { moveDistance, Trapq } from "./trapq.js";

const FREQ = 16e6;
const STEP_DIST = 0.0125;
const SCAN_TIME = 0.05;

const motion = (seed: number): AppendArguments[] =>
  randomMotion(seededDraw(seed), 4, 12, 1, { length: 30, speed: 200, accel: 3000, cornerSpeed: 10, rest: 0.5 });

function trapqOf(moves: readonly AppendArguments[]): Trapq {
  const trapq = new Trapq();
  for (const move of moves) trapq.append(...move);
  return trapq;
}

const endOf = (moves: readonly AppendArguments[]): number => {
  const [start, accelT, cruiseT, decelT] = moves.at(-1)!;
  return start + accelT + cruiseT + decelT;
};

/** Generates in batches, as the toolhead does: never nearer to the end of what is planned than the scan time. */
function stepsOf(moves: readonly AppendArguments[], kinematics: StepperKinematics, batch = 0.25): { reader: RowReader; stepper: StepperSteps } {
  const trapq = trapqOf(moves);
  const stepper = new StepperSteps({ oid: 0, name: "stepper", stepDist: STEP_DIST });
  stepper.setMcu(FREQ, 25e-6);
  stepper.setTime(0, FREQ);
  stepper.setKinematics(kinematics);
  stepper.setTrapq(trapq);
  stepper.setPosition(0, 0, 0);
  const reader = new RowReader();
  const end = endOf(moves) + 1;
  for (let t = Math.min(0.5 + batch, end); ; t = Math.min(t + batch, end)) {
    stepper.generate(t);
    trapq.finalizeMoves(t - SCAN_TIME, 0);
    stepper.flush((t - 0.05) * FREQ);
    reader.drain(stepper.out);
    if (t === end) break;
  }
  stepper.flush(Infinity);
  reader.drain(stepper.out);
  return { reader, stepper };
}

/** Position of the stepper by the definition of a shaper: each coordinate is a sum over its impulses. */
function shapedPosition(trapq: Trapq, base: LinearKinematics | FunctionKinematics, x: readonly ShaperPulse[], y: readonly ShaperPulse[], time: number): number {
  const at = (t: number): [number, number] => {
    let seq = trapq.firstSeq;
    while (seq < trapq.endSeq && trapq.move(seq).printTime + trapq.move(seq).moveT <= t) seq++;
    const move = trapq.move(seq);
    const d = moveDistance(move, t - move.printTime);
    return [move.startX + move.axesRX * d, move.startY + move.axesRY * d];
  };
  const sum = (pulses: readonly ShaperPulse[], axis: 0 | 1): number => pulses.reduce((total, { offset, share }) => total + share * at(time + offset)[axis], 0);
  return positionAt(base, sum(x, 0), sum(y, 1), 0);
}

const PULSES_X: readonly ShaperPulse[] = [{ offset: -0.012, share: 0.35 }, { offset: 0.002, share: 0.4 }, { offset: 0.0136, share: 0.25 }];
const PULSES_Y: readonly ShaperPulse[] = [{ offset: -0.009, share: 0.5 }, { offset: 0.009, share: 0.5 }];
const BASES = [
  ["cartesian", cartesianKinematics("x")],
  ["corexy", corexyKinematics("-")],
  ["delta", deltaKinematics(333 * 333, 150, -90)],
] as const;

describe("shaped-steps", () => {
  it.each(BASES)("puts every step of a %s stepper where the shaped position crosses its boundary", (_name, base) => {
    const kinematics = shapedKinematics(base);
    kinematics.pulsesX = PULSES_X;
    kinematics.pulsesY = PULSES_Y;
    const moves = motion(7);

    const { clocks, dirs } = stepsOf(moves, kinematics).reader.steps;

    const trapq = trapqOf(moves);
    const position = (time: number): number => shapedPosition(trapq, base, PULSES_X, PULSES_Y, time);
    const anchor = positionAt(base, 0, 0, 0);
    expect(clocks.length).toBeGreaterThan(2000);
    for (let i = 0, at = 0; i < clocks.length; i++) {
      const sign = dirs[i] ? 1 : -1;
      const boundary = anchor + (at + sign / 2) * STEP_DIST;
      at += sign;
      if (i % 7 !== 0) continue;
      expect(sign * (position(clocks[i]! / FREQ - 1e-7) - boundary)).toBeLessThan(1e-4);
      expect(sign * (position(clocks[i]! / FREQ + 25.2e-6) - boundary)).toBeGreaterThan(-1e-7);
    }
  });

  it.each(BASES)("steps a %s stepper the same however the motion is cut into batches", (_name, base) => {
    const kinematics = shapedKinematics(base);
    kinematics.pulsesX = PULSES_X;
    kinematics.pulsesY = PULSES_Y;
    const moves = motion(3);
    const whole = stepsOf(moves, kinematics, 1000);
    const cut = stepsOf(moves, kinematics, 0.017);

    expect(cut.reader.steps.dirs).toEqual(whole.reader.steps.dirs);
    expect(cut.stepper.getCommandedPosition()).toBe(whole.stepper.getCommandedPosition());
  });

  it.each(BASES)("moves a %s stepper as its base does while there are no impulses", (_name, base) => {
    const moves = motion(11);
    const plain = stepsOf(moves, base).reader.steps;
    const shaped = stepsOf(moves, shapedKinematics(base)).reader.steps;

    expect(shaped.dirs).toEqual(plain.dirs);
    const worst = Math.max(...shaped.clocks.map((clock, i) => Math.abs(clock - plain.clocks[i]!)));
    expect(worst / FREQ).toBeLessThanOrEqual(26e-6);
  });

  it("ends every motion where the motion ends, whatever the shaper", () => {
    const pulse = fc.record({ offset: fc.double({ min: -0.04, max: 0.04, noNaN: true }), share: fc.double({ min: 0.05, max: 1, noNaN: true }) });
    fc.assert(fc.property(fc.array(pulse, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 500 }), (drawn, seed) => {
      const sum = drawn.reduce((total, { share }) => total + share, 0);
      const kinematics = shapedKinematics(cartesianKinematics("x"));
      kinematics.pulsesX = drawn.map(({ offset, share }) => ({ offset, share: share / sum }));
      const moves = motion(seed);

      const { stepper, reader } = stepsOf(moves, kinematics);

      const trapq = trapqOf(moves);
      const end = trapq.move(trapq.endSeq).startX;
      expect(Math.abs(stepper.getCommandedPosition() - end)).toBeLessThan(STEP_DIST / 2 + 1e-6);
      const steps = reader.steps.dirs.reduce((total, dir) => total + (dir ? 1 : -1), 0);
      expect(steps * STEP_DIST).toBeCloseTo(stepper.getCommandedPosition(), 9);
    }), { numRuns: 20 });
  });

  it("begins at the position of its base and needs the motion around a step", () => {
    const base = cartesianKinematics("x");
    const stepper = new StepperSteps({ oid: 0, name: "stepper", stepDist: STEP_DIST });
    stepper.setKinematics(base);
    stepper.setPosition(7.5, 0, 0);
    const kinematics = shapedKinematics(base);
    stepper.setKinematics(kinematics);
    expect(stepper.getCommandedPosition()).toBe(7.5);
    expect([stepper.genStepsPreActive, stepper.genStepsPostActive]).toEqual([0, 0]);

    kinematics.pulsesX = PULSES_X;
    expect([stepper.genStepsPreActive, stepper.genStepsPostActive]).toEqual([0.0136, 0.012]);
  });
});
