import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeatingLimits } from "./heating-watch.js";
import { HeatingWatch } from "./heating-watch.js";

const limits: HeatingLimits = { hysteresis: 5, maxError: 120, heatingGain: 2, checkGainTime: 20 };

/** Second at which the watch reports a fault, given a temperature per second; undefined when it never does. */
function faultAt(temperature: (second: number) => number, target: number, seconds = 600): number | undefined {
  const watch = new HeatingWatch(limits);
  for (let second = 0; second < seconds; second++) {
    if (watch.check(second, temperature(second), target).fault) return second;
  }
  return undefined;
}

describe("heating watch", () => {
  it("accepts a heater that gains heating_gain within check_gain_time, however slowly", () => {
    fc.assert(fc.property(fc.double({ min: 0.12, max: 20, noNaN: true }), (degreesPerSecond) => {
      expect(faultAt((second) => Math.min(200, 20 + second * degreesPerSecond), 200, 3600)).toBeUndefined();
    }), { numRuns: 30 });
  });

  it("trips on a heater that does not heat: after check_gain_time, as soon as the error exceeds max_error", () => {
    const second = faultAt(() => 20, 200);

    // 175 degrees below the accepted range each second: the first second after the grace time trips.
    expect(second).toBe(21);
  });

  it("trips on a heater that falls away from its target", () => {
    const falling = (second: number): number => (second < 100 ? 200 : 200 - (second - 100));

    const second = faultAt(falling, 200)!;

    // From 195 on the error grows by 1, 2, 3 … per second: 1+…+15 = 120.
    expect(second).toBe(100 + 5 + 15);
  });

  it("accepts small errors around the target for ever", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 195, max: 205, noNaN: true }), { minLength: 1 }), (temps) => {
      expect(faultAt((second) => temps[second % temps.length]!, 200)).toBeUndefined();
    }));
  });

  it("never trips while the heater is off", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: -300, max: 500, noNaN: true }), { minLength: 1 }), (temps) => {
      expect(faultAt((second) => temps[second % temps.length]!, 0)).toBeUndefined();
    }));
  });

  it("lets the goal follow a temperature that first falls after a new target", () => {
    const dips = (second: number): number => (second < 15 ? 60 - second : 45 + (second - 15) * 1.5);

    expect(faultAt(dips, 100, 50)).toBeUndefined();
  });

  it("notes the approach and the arrival", () => {
    const watch = new HeatingWatch(limits);

    const notes = [20, 60, 120, 196, 200].map((temp, second) => watch.check(second, temp, 200).note);

    expect(notes).toEqual(["approaching", undefined, undefined, "within-range", undefined]);
  });
});
