import fc from "fast-check";
import { expect, test } from "vitest";
import { pulses, type VibrationTest } from "./vibration-test.js";

const aTest = fc.record({
  minFrequency: fc.double({ min: 1, max: 40, noNaN: true }), more: fc.double({ min: 1, max: 60, noNaN: true }), accelPerHz: fc.double({ min: 10, max: 200, noNaN: true }),
  hzPerSecond: fc.double({ min: 0.2, max: 2, noNaN: true }), sweepingAccel: fc.double({ min: 100, max: 1000, noNaN: true }), sweepingPeriod: fc.constantFrom(0, 0.6, 1.2, 3),
}).map(({ more, ...test }): VibrationTest => ({ ...test, maxFrequency: test.minFrequency + more }));

/** Speed and place after each pulse. */
function motion(test: VibrationTest): { time: number; speed: number; place: number }[] {
  let time = 0, speed = 0, place = 0;
  return [...pulses(test)].map(({ until, accel }) => {
    const seconds = until - time;
    place += speed * seconds + (accel * seconds ** 2) / 2;
    speed += accel * seconds;
    time = until;
    return { time, speed, place };
  });
}

test("times ascend, and frequencies go from the lowest to the highest at the rate that is asked for", () => {
  fc.assert(fc.property(aTest, (test) => {
    const all = [...pulses(test)];
    all.forEach(({ until }, i) => expect(until).toBeGreaterThanOrEqual(all[i - 1]?.until ?? 0));
    expect(all[0]!.frequency).toBe(test.minFrequency);
    expect(all.at(-1)!.frequency).toBeLessThanOrEqual(test.maxFrequency + 1e-6);
    expect(all.at(-1)!.until).toBeCloseTo((all.at(-1)!.frequency - test.minFrequency) / test.hzPerSecond + 0.5 / all.at(-1)!.frequency, 6);
  }));
});

test("the toolhead stays near the point and its speed below a quarter of accel_per_hz, beside the slow motion", () => {
  fc.assert(fc.property(aTest, (test) => {
    const slow = test.sweepingPeriod * test.sweepingAccel;
    for (const { speed, place } of motion(test)) {
      expect(Math.abs(speed)).toBeLessThanOrEqual(test.accelPerHz * 0.25 + slow / 4 + 1e-6);
      expect(Math.abs(place)).toBeLessThanOrEqual(test.accelPerHz / (8 * test.minFrequency) + (slow * test.sweepingPeriod) / 8 + 1e-6);
    }
  }));
});

test("without the slow motion the toolhead stands still after each pair of pulses", () => {
  fc.assert(fc.property(aTest, (test) => {
    motion({ ...test, sweepingPeriod: 0 }).filter((_, i) => i % 2 === 1).forEach(({ speed }) => expect(Math.abs(speed)).toBeLessThan(1e-6));
  }));
});
