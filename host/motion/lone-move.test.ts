import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calcMoveTime, SideQueue } from "./lone-move.js";
import { motionBench } from "./testing/motion-bench.js";

describe("a move of one stepper by itself", () => {
  it("covers the distance exactly, within speed and acceleration", () => {
    const positive = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(fc.constant(0), positive, positive.map((length) => -length)), positive, fc.oneof(fc.constant(0), positive), (dist, speed, accel) => {
        const { axisR, accelT, cruiseT, cruiseV } = calcMoveTime(dist, speed, accel);

        expect(axisR * (accelT * cruiseV + cruiseT * cruiseV)).toBeCloseTo(dist, 6);
        expect(cruiseV).toBeLessThanOrEqual(speed);
        expect(cruiseT).toBeGreaterThan(-1e-6);
      }),
    );
  });

  it.each(["goes well", "fails"])("gives the stepper back to its own queue when it %s", async (how) => {
    const bench = await motionBench();
    const [stepper] = bench.toolhead.getKinematics().getSteppers();
    const before = [stepper!.getTrapq(), stepper!.getStepperKinematics()];
    const side = new SideQueue();

    const lend = (): void =>
      side.withOwnTrapq(stepper!, () => {
        expect(stepper!.getTrapq()).not.toBe(before[0]);
        if (how === "fails") throw new Error("no");
      });

    if (how === "fails") expect(lend).toThrow("no");
    else lend();
    expect([stepper!.getTrapq(), stepper!.getStepperKinematics()]).toEqual(before);
    expect(stepper!.getTrapq()).toBe(before[0]);
  });
});
