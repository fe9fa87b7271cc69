import { describe, expect, it } from "vitest";
import { StepperSteps, StepSequenceError, deltaKinematics, polarBedKinematics, type FunctionKinematics } from "./stepper-steps.js";
import { RowReader } from "./testing/emitted-steps.js";
import { randomMotion, seededDraw } from "./testing/random-motion.js";
import { moveDistance, Trapq } from "./trapq.js";

const FREQ = 16e6;
const STEP_DIST = 0.0125;

function stepsOf(trapq: Trapq, kinematics: FunctionKinematics, end: number, stepDist: number): RowReader {
  const stepper = new StepperSteps({ oid: 0, name: "stepper_a", stepDist });
  stepper.setMcu(FREQ, 25e-6);
  stepper.setTime(0, FREQ);
  stepper.setKinematics(kinematics);
  stepper.setTrapq(trapq);
  stepper.setPosition(0, 0, 0);
  const reader = new RowReader();
  for (let t = 0.5; t < end; t += 0.25) {
    stepper.generate(t + 0.05);
    stepper.flush(t * FREQ);
    reader.drain(stepper.out);
  }
  return reader;
}

describe("function-steps", () => {
  it("steps a delta tower where its carriage crosses a boundary", () => {
    const trapq = new Trapq();
    const moves = randomMotion(seededDraw(4), 4, 12, 1, { length: 30, speed: 200, accel: 3000, cornerSpeed: 10, rest: 0.5 });
    for (const move of moves) trapq.append(...move);
    const last = moves.at(-1)!;
    const kinematics = deltaKinematics(333 * 333, 150, -90);
    const { clocks, dirs } = stepsOf(trapq, kinematics, last[0] + last[1] + last[2] + last[3] + 1, STEP_DIST).steps;

    const carriage = (time: number): number => {
      let seq = trapq.firstSeq;
      while (seq < trapq.endSeq && trapq.move(seq).printTime + trapq.move(seq).moveT <= time) seq++;
      const move = trapq.move(seq);
      const d = moveDistance(move, time - move.printTime);
      return kinematics.position(move.startX + move.axesRX * d, move.startY + move.axesRY * d, 0, 0);
    };
    const anchor = kinematics.position(0, 0, 0, 0);
    expect(clocks.length).toBeGreaterThan(5000);
    for (let i = 0, at = 0; i < clocks.length; i++) {
      const sign = dirs[i] ? 1 : -1;
      const boundary = anchor + (at + sign / 2) * STEP_DIST;
      at += sign;
      if (i % 7 !== 0) continue;
      expect(sign * (carriage(clocks[i]! / FREQ - 1e-7) - boundary)).toBeLessThan(1e-4);
      expect(sign * (carriage(clocks[i]! / FREQ + 25.2e-6) - boundary)).toBeGreaterThan(-1e-8);
    }
  });

  it("turns an angle past its wrap-around without a jump", () => {
    const near = (angle: number, about: number): number => angle - 2 * Math.PI * Math.round((angle - about) / (2 * Math.PI));
    const angle: FunctionKinematics = {
      kind: "function",
      activeAxes: ["x", "y"],
      position: (x, y, _z, about) => near(Math.atan2(y, x), about),
      normalize: (position) => near(position, 0),
    };
    // From (-10, 5) straight down to (-10, -5): the angle passes 180 degrees.
    const trapq = new Trapq();
    trapq.append(1, 0.1, 0.9, 0.1, -10, 5, 0, 0, -1, 0, 0, 10, 100);
    const stepper = new StepperSteps({ oid: 0, name: "stepper_bed", stepDist: 0.001 });
    stepper.setMcu(FREQ, 25e-6);
    stepper.setTime(0, FREQ);
    stepper.setKinematics(angle);
    stepper.setTrapq(trapq);
    stepper.setPosition(-10, 5, 0);
    stepper.generate(5);
    stepper.flush(Infinity);
    const reader = new RowReader();
    reader.drain(stepper.out);

    expect(new Set(reader.steps.dirs)).toEqual(new Set([1]));
    expect(reader.steps.clocks.length).toBeCloseTo((2 * Math.atan2(5, 10)) / 0.001, -1);
    expect(stepper.getCommandedPosition()).toBeCloseTo(Math.atan2(-5, -10), 2);
  });

  it("refuses half a turn of a polar bed in no time, and takes it where the line misses the centre", () => {
    const across = (y: number): RowReader => {
      const trapq = new Trapq();
      trapq.append(1, 0.1, 0.9, 0.1, -50, y, 0, 1, 0, 0, 0, 100, 1000);
      const stepper = new StepperSteps({ oid: 3, name: "stepper_bed", stepDist: (2 * Math.PI) / 16000 });
      stepper.setMcu(FREQ, 25e-6);
      stepper.setTime(0, FREQ);
      stepper.setKinematics(polarBedKinematics());
      stepper.setTrapq(trapq);
      stepper.setPosition(-50, y, 0);
      stepper.generate(5);
      stepper.flush(Infinity);
      const reader = new RowReader();
      reader.drain(stepper.out);
      return reader;
    };
    expect(() => across(0)).toThrow(/^stepcompress o=3 i=0 c=\d+ a=0: Invalid sequence$/);
    expect(() => across(0.001)).toThrow(StepSequenceError);
    expect(across(0.5).steps.clocks.length).toBeGreaterThan(7900);
  });
});
