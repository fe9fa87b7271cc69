import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InterpolationError, LinearInterpolate, LinearResistance, LinearVoltage } from "./linear-interpolate.js";
import { AD595, AD597, AD8494, AD8495, AD8496, AD8497, ina826Pt100, platinumResistance } from "./sensor-tables.js";

/** Rising samples with distinct keys and values. */
const risingSamples = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 })), { minLength: 2, maxLength: 20 })
  .map((steps) => {
    let key = 0, value = 0;
    return steps.map(([dk, dv]) => [(key += dk), (value += dv)] as [number, number]);
  });

function hasStraightPart(samples: readonly [number, number][]): boolean {
  return samples.some(([key, value], i) => {
    const last = samples[i - 1], next = samples[i + 1];
    if (last === undefined || next === undefined) return false;
    return (value - last[1]) * (next[0] - key) === (next[1] - value) * (key - last[0]);
  });
}

describe("linear interpolation", () => {
  it("passes through every sample, in whatever order they are given, unless one extends the segment before it", () => {
    fc.assert(fc.property(risingSamples, fc.boolean(), (samples, reversed) => {
      fc.pre(!hasStraightPart(samples));
      const curve = new LinearInterpolate(reversed ? [...samples].reverse() : samples);
      for (const [key, value] of samples) expect(curve.interpolate(key)).toBeCloseTo(value, 6);
    }));
  });

  it("is its own inverse, also beyond the samples", () => {
    fc.assert(fc.property(risingSamples, fc.boolean(), fc.double({ min: -100, max: 1500, noNaN: true }), (samples, falling, key) => {
      const curve = new LinearInterpolate(samples.map(([k, v]) => [k, falling ? -v : v]));
      expect(curve.reverseInterpolate(curve.interpolate(key))).toBeCloseTo(key, 6);
    }));
  });

  it("refuses samples that make no curve", () => {
    expect(() => new LinearInterpolate([[1, 1]])).toThrow(new InterpolationError("need at least two samples"));
    expect(() => new LinearInterpolate([[1, 1], [1, 2]])).toThrow(new InterpolationError("duplicate value"));
  });
});

describe("table sensors", () => {
  it.each(Object.entries({ AD595, AD597, AD8494, AD8495, AD8496, AD8497, PT100: ina826Pt100() }))(
    "%s gives every temperature of its table back from the ADC reading to a quarter of a degree", (_name, table) => {
      const sensor = new LinearVoltage(table, 5, 0);
      const inRange = table.filter(([, volts]) => volts >= 0 && volts <= 5);

      expect(sensor.ignored.length).toBe(table.length - inRange.length);
      for (const [celsius, volts] of inRange) {
        expect(Math.abs(sensor.calcTemp(volts / 5) - celsius)).toBeLessThan(0.25);
        expect(sensor.calcTemp(sensor.calcAdc(celsius))).toBeCloseTo(celsius, 6);
      }
    });

  it("PT1000 has 1000 ohm at 0 °C and 1385.055 ohm at 100 °C", () => {
    const table = platinumResistance(1000);
    const sensor = new LinearResistance(table, 4700, 0);

    expect(table[0]).toEqual([0, 1000]);
    expect(table[10]![1]).toBeCloseTo(1385.055, 6);
    expect(sensor.calcAdc(0)).toBeCloseTo(1000 / 5700, 12);
  });

  it("a resistance behind an inline resistor gives the temperature back", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 480, noNaN: true }), fc.double({ min: 0, max: 300, noNaN: true }), (celsius, inline) => {
      const sensor = new LinearResistance(platinumResistance(1000), 4700, inline);
      expect(sensor.calcTemp(sensor.calcAdc(celsius))).toBeCloseTo(celsius, 6);
    }));
  });
});
