import fc from "fast-check";
import { expect, test } from "vitest";
import { kaiserWindow, powerSpectralDensity } from "./spectrum.js";

/** The same by the definition: a sum over all samples for each frequency. */
function reference(signal: readonly number[], rate: number, length: number): number[] {
  const window = [...kaiserWindow(length)], energy = window.reduce((sum, weight) => sum + weight ** 2, 0);
  const windows: number[][] = [];
  for (let from = 0; from + length <= signal.length; from += length / 2) windows.push(signal.slice(from, from + length));
  return Array.from({ length: length / 2 + 1 }, (_, bin) => {
    const powers = windows.map((part) => {
      const mean = part.reduce((sum, value) => sum + value, 0) / length;
      let re = 0, im = 0;
      part.forEach((value, i) => {
        re += window[i]! * (value - mean) * Math.cos((2 * Math.PI * bin * i) / length);
        im += window[i]! * (value - mean) * Math.sin((2 * Math.PI * bin * i) / length);
      });
      return re ** 2 + im ** 2;
    });
    return (powers.reduce((sum, power) => sum + power, 0) / windows.length) * (bin === 0 || bin === length / 2 ? 1 : 2) / (energy * rate);
  });
}

test("the density is that of the definition", () => {
  fc.assert(fc.property(fc.constantFrom(2, 4, 8, 16, 64), fc.double({ min: 1, max: 5000, noNaN: true }), fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 64, maxLength: 200 }), (length, rate, signal) => {
    const density = powerSpectralDensity(signal, rate, length);
    reference(signal, rate, length).forEach((power, i) => expect(Math.abs(density[i]! - power)).toBeLessThan(1e-9 * (1 + power)));
  }));
});

test("the density over all frequencies is the power of the signal", () => {
  fc.assert(fc.property(fc.double({ min: 20, max: 400, noNaN: true }), fc.double({ min: 0.1, max: 100, noNaN: true }), (hz, amplitude) => {
    const rate = 1000, length = 256;
    const density = powerSpectralDensity(Array.from({ length: 4096 }, (_, i) => 7 + amplitude * Math.sin((2 * Math.PI * hz * i) / rate)), rate, length);
    const power = density.reduce((sum, part) => sum + part, 0) * (rate / length);
    expect(power / (amplitude ** 2 / 2)).toBeCloseTo(1, 1);
    expect(Math.abs((density.indexOf(Math.max(...density)) * rate) / length - hz)).toBeLessThanOrEqual(rate / length);
  }));
});
