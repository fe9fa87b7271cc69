import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STANDARD_THERMISTORS } from "./standard-thermistors.js";
import { Thermistor, thermistorFromParams } from "./thermistor.js";

const pullups = fc.double({ min: 1000, max: 10000, noNaN: true });
const inlines = fc.double({ min: 0, max: 500, noNaN: true });

describe("thermistor", () => {
  for (const [name, params] of STANDARD_THERMISTORS) {
    it(`${name}: the ADC reading of a temperature gives that temperature back`, () => {
      fc.assert(fc.property(pullups, inlines, fc.double({ min: -20, max: 320, noNaN: true }), (pullup, inline, celsius) => {
        const { thermistor } = thermistorFromParams(params, pullup, inline);
        const adc = thermistor.calcAdc(celsius);
        fc.pre(adc > 0.0001 && adc < 0.9999);
        expect(thermistor.calcTemp(adc)).toBeCloseTo(celsius, 5);
      }));
    });

    it(`${name}: passes through its measured points`, () => {
      const { thermistor, fallbackBeta } = thermistorFromParams(params, 4700, 0);
      expect(fallbackBeta).toBeUndefined();
      for (const { celsius, ohms } of params.points) {
        expect(thermistor.calcTemp(ohms / (4700 + ohms))).toBeCloseTo(celsius, 6);
      }
    });

    it(`${name}: a hotter sensor reads a lower ADC value`, () => {
      const { thermistor } = thermistorFromParams(params, 4700, 0);
      for (let celsius = -20; celsius < 300; celsius += 5) {
        expect(thermistor.calcAdc(celsius + 5)).toBeLessThan(thermistor.calcAdc(celsius));
      }
    });
  }

  it("reads 1 at and below absolute zero, whatever the sensor", () => {
    const thermistor = new Thermistor(4700, 0);
    thermistor.setupCoefficientsBeta(25, 100000, 3950);

    expect(thermistor.calcAdc(-273.15)).toBe(1);
    expect(thermistor.calcAdc(-300)).toBe(1);
  });

  it("stays finite at both ends of the ADC", () => {
    const { thermistor } = thermistorFromParams(STANDARD_THERMISTORS[2]![1], 4700, 0);

    expect(Number.isFinite(thermistor.calcTemp(0))).toBe(true);
    expect(Number.isFinite(thermistor.calcTemp(1))).toBe(true);
  });

  it("gives no temperature for a reading below its inline resistor", () => {
    const { thermistor } = thermistorFromParams(STANDARD_THERMISTORS[2]![1], 4700, 33);

    expect(() => thermistor.calcTemp(0)).toThrow(RangeError);
  });

  it("falls back to beta when three points have no positive cubic term", () => {
    const beta = 3950;
    const exact = new Thermistor(4700, 0);
    exact.setupCoefficientsBeta(25, 100000, beta);
    const ohms = (celsius: number): number => 100000 * Math.exp(beta * (1 / (celsius + 273.15) - 1 / 298.15));

    const fitted = new Thermistor(4700, 0);
    // The middle resistance is a little low: the curve bends the wrong way.
    const used = fitted.setupCoefficients(25, ohms(25), 150, ohms(150) * 0.95, 250, ohms(250));

    expect(used).toBeCloseTo(beta, 6);
    expect(fitted.c3).toBe(0);
  });
});
