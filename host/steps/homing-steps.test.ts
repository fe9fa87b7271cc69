import { describe, expect, it } from "vitest";
import { StepperSteps, cartesianKinematics, extruderKinematics, setPressureAdvance } from "./stepper-steps.js";
import { RowReader } from "./testing/emitted-steps.js";
import { Trapq } from "./trapq.js";

const FREQ = 16e6;

function stepperOn(trapq: Trapq): StepperSteps {
  const stepper = new StepperSteps({ oid: 1, name: "stepper_x", stepDist: 0.0125 });
  stepper.setMcu(FREQ, 25e-6);
  stepper.setTime(0, FREQ);
  stepper.setKinematics(cartesianKinematics("x"));
  stepper.setTrapq(trapq);
  stepper.setPosition(0, 0, 0);
  return stepper;
}

describe("stepper-steps in operation", () => {
  it("homes: short segments, a stop half way, a new clock and position, and moves on from there", () => {
    const trapq = new Trapq();
    const stepper = stepperOn(trapq);
    const reader = new RowReader();
    stepper.setPosition(250, 0, 0);
    trapq.append(1, 0.1, 4, 0.1, 250, 0, 0, -1, 0, 0, 0, 50, 500);
    expect(stepper.checkActive(0.9)).toBe(0);
    expect(stepper.checkActive(1.05)).toBe(1);
    let time = 1;
    for (; time < 2.5; time += 0.05) {
      stepper.generate(time);
      stepper.flush(time * FREQ);
      reader.drain(stepper.out);
      expect(stepper.out.length).toBe(0);
    }
    // A cruise in 50 ms segments: hardly more than one row each.
    expect(reader.steps.rows).toBeLessThan(45);
    const trigger = 2.3 * FREQ;
    const atTrigger = stepper.findPastPosition(trigger);
    expect(atTrigger).toBeCloseTo(-(1.2 * 50 + 2.5) / 0.0125, -1);

    trapq.setPosition(time, 0, 0, 0);
    stepper.reset(0);
    stepper.setLastPosition(time * FREQ, atTrigger - 5);
    stepper.setPosition(0, 0, 0);
    trapq.append(300, 0.1, 1, 0.1, 0, 0, 0, 1, 0, 0, 0, 50, 500);
    for (; time < 302; time += 0.25) {
      stepper.generate(time + 0.05);
      trapq.finalizeMoves(time, time - 30);
      stepper.flush(time * FREQ);
      stepper.expireHistory((time - 30) * FREQ);
      reader.drain(stepper.out);
    }

    expect(stepper.getCommandedPosition()).toBeCloseTo(55, 9);
    expect(stepper.mcuPosition()).toBe(atTrigger - 5 + 55 / 0.0125);
    expect(reader.steps.clocks.at(-1)! / FREQ).toBeCloseTo(301.2, 2);
  });

  it("generates the same steps in one go as in many small ones", () => {
    const clocksWith = (batch: number): number[] => {
      const trapq = new Trapq();
      const stepper = stepperOn(trapq);
      for (let i = 0; i < 20; i++) trapq.append(1 + i * 0.3, 0.1, 0.1, 0.1, i % 2 ? 10 : 0, 0, 0, i % 2 ? -1 : 1, 0, 0, 0, 50, 500);
      const reader = new RowReader();
      for (let time = batch; time < 20.1; time += batch) {
        stepper.generate(time);
        reader.drain(stepper.out);
      }
      stepper.flush(Infinity);
      reader.drain(stepper.out);
      return reader.steps.clocks;
    };

    expect(clocksWith(0.0003)).toEqual(clocksWith(20));
  });

  it("holds the extruder still when its queue is empty, with pressure advance on", () => {
    const trapq = new Trapq();
    const kinematics = extruderKinematics();
    setPressureAdvance(kinematics, 0.05, 0.04);
    const stepper = new StepperSteps({ oid: 3, name: "extruder", stepDist: 0.0025 });
    stepper.setMcu(FREQ, 25e-6);
    stepper.setTime(0, FREQ);
    stepper.setKinematics(kinematics);
    stepper.setTrapq(trapq);
    stepper.setPosition(100, 0, 0);
    trapq.append(1, 0.05, 0.2, 0.05, 100, 0, 0, 1, 1, 0, 0, 3, 60);
    for (let time = 0; time < 10; time += 0.01) {
      stepper.generate(time);
      trapq.finalizeMoves(time - 0.02, time - 30);
    }
    stepper.flush(Infinity);

    expect(stepper.getCommandedPosition()).toBeCloseTo(100.75, 6);
    expect(stepper.mcuPosition()).toBe(300);
  });

  it("writes the dir pin inverted when told so, and turns it anew after a change", () => {
    const trapq = new Trapq();
    const stepper = new StepperSteps({ oid: 1, name: "stepper_y", stepDist: 0.0125, invertDir: true });
    stepper.setMcu(FREQ, 25e-6);
    stepper.setTime(0, FREQ);
    stepper.setKinematics(cartesianKinematics("y"));
    stepper.setTrapq(trapq);
    const reader = new RowReader();
    for (const start of [1, 3]) {
      trapq.append(start, 0.1, 0, 0.1, 0, start === 1 ? 0 : 1, 0, 0, 1, 0, 0, 10, 100);
      stepper.generate(start + 1);
      stepper.flush(Infinity);
      reader.drain(stepper.out);
      stepper.setInvertDir(false);
    }

    expect(reader.steps.dirs).toEqual([...Array<number>(80).fill(0), ...Array<number>(80).fill(1)]);
  });
});
