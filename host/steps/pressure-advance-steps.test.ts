import { describe, expect, it } from "vitest";
import { StepperSteps, extruderKinematics, setPressureAdvance } from "./stepper-steps.js";
import { RowReader } from "./testing/emitted-steps.js";
import { randomMotion, seededDraw, type AppendArguments } from "./testing/random-motion.js";
import { moveDistance, Trapq } from "./trapq.js";

const FREQ = 16e6;
const STEP_DIST = 0.0025;
const ADVANCE = 0.05;
const SMOOTH = 0.04;

/** Extruder moves along the path of a random job: 3 % of its length in filament, with advance except on some moves. */
function extruderMoves(seed: number): AppendArguments[] {
  const draw = seededDraw(seed);
  let at = 0;
  return randomMotion(draw, 6, 30, 1, { length: 20, speed: 200, accel: 3000, cornerSpeed: 15, rest: 1 }).map(
    ([printTime, accelT, cruiseT, decelT, , , , , , , startV, cruiseV, accel]) => {
      const ratio = draw() < 0.15 ? -0.1 : 0.03;
      const start = at;
      const length = startV * accelT + 0.5 * accel * accelT ** 2 + cruiseV * (cruiseT + decelT) - 0.5 * accel * decelT ** 2;
      at += ratio * length;
      return [printTime, accelT, cruiseT, decelT, start, 0, 0, 1, ratio > 0 ? 1 : 0, 0, startV * ratio, cruiseV * ratio, accel * ratio];
    },
  );
}

/** Smoothed position by brute force: the triangle-weighted mean of many samples. */
function smoothed(trapq: Trapq, time: number): number {
  const half = SMOOTH / 2;
  const samples = 4000;
  let sum = 0;
  for (let i = 0; i < samples; i++) {
    const y = ((i + 0.5) / samples) * 2 * half - half;
    let seq = trapq.firstSeq;
    while (seq < trapq.endSeq && trapq.move(seq).printTime + trapq.move(seq).moveT <= time + y) seq++;
    const move = trapq.move(seq);
    const seconds = Math.max(0, time + y - move.printTime);
    const speed = move.startV + 2 * move.halfAccel * seconds;
    sum += (move.startX + move.axesRX * moveDistance(move, seconds) + (move.axesRY ? ADVANCE * speed : 0)) * (half - Math.abs(y));
  }
  return (sum * 2 * half) / samples / (half * half);
}

describe("pressure-advance-steps", () => {
  it.each([0.01, 0.3])("puts every step where the smoothed, advanced position crosses its boundary (batches of %f s)", (batch) => {
    const moves = extruderMoves(3);
    const trapq = new Trapq();
    for (const move of moves) trapq.append(...move);
    const stepper = new StepperSteps({ oid: 1, name: "extruder", stepDist: STEP_DIST });
    stepper.setMcu(FREQ, 25e-6);
    stepper.setTime(0, FREQ);
    const kinematics = extruderKinematics();
    setPressureAdvance(kinematics, ADVANCE, SMOOTH);
    stepper.setKinematics(kinematics);
    stepper.setTrapq(trapq);
    const reader = new RowReader();
    const last = moves.at(-1)!;
    const end = last[0] + last[1] + last[2] + last[3] + 1;
    for (let t = 0.5; t < end; t += batch) {
      stepper.generate(t + 0.05);
      stepper.flush(t * FREQ);
      reader.drain(stepper.out);
    }

    const { clocks, dirs } = reader.steps;
    expect(clocks.length).toBeGreaterThan(1000);
    let at = 0;
    for (let i = 0; i < clocks.length; i++) {
      const sign = dirs[i] ? 1 : -1;
      const boundary = (at + sign / 2) * STEP_DIST;
      at += sign;
      if (i % 151 !== 0) continue;
      // Up to 25 us early: the position is short of the boundary by no more than the way made in that time.
      const early = smoothed(trapq, clocks[i]! / FREQ - 1e-6);
      const late = smoothed(trapq, clocks[i]! / FREQ + 27e-6);
      expect(sign * (early - boundary)).toBeLessThan(3e-6);
      expect(sign * (late - boundary)).toBeGreaterThan(-3e-6);
    }
    expect(stepper.getCommandedPosition()).toBeCloseTo(trapq.move(trapq.endSeq).startX, 2);
  });

  it("is the raw position when the smooth time is 0", () => {
    const moves = extruderMoves(5);
    const run = (kinematics: Parameters<StepperSteps["setKinematics"]>[0]): number[] => {
      const trapq = new Trapq();
      for (const move of moves) trapq.append(...move);
      const stepper = new StepperSteps({ oid: 1, name: "extruder", stepDist: STEP_DIST });
      stepper.setMcu(FREQ, 25e-6);
      stepper.setTime(0, FREQ);
      stepper.setKinematics(kinematics);
      stepper.setTrapq(trapq);
      stepper.generate(1000);
      stepper.flush(Infinity);
      const reader = new RowReader();
      reader.drain(stepper.out);
      return reader.steps.clocks;
    };

    expect(run(extruderKinematics())).toEqual(run({ kind: "linear", x: 1, y: 0, z: 0 }));
  });
});
