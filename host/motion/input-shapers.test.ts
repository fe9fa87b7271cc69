import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { impulseTrain, SHAPER_NAMES, shaperPulses } from "./input-shapers.js";

const frequency = fc.double({ min: 15, max: 150, noNaN: true });
const damping = fc.double({ min: 0, max: 0.4, noNaN: true });
const name = fc.constantFrom(...SHAPER_NAMES);

/** Vibration that a train leaves in an oscillator, as a share of what a single impulse leaves. */
function residual(train: ReturnType<typeof impulseTrain>, hz: number, ratio: number): number {
  const omega = 2 * Math.PI * hz;
  const ringing = omega * Math.sqrt(1 - ratio ** 2);
  const last = train.times.at(-1)!;
  const total = train.amplitudes.reduce((sum, a) => sum + a, 0);
  const part = (wave: (x: number) => number): number =>
    train.amplitudes.reduce((sum, a, i) => sum + (a / total) * Math.exp(-ratio * omega * (last - train.times[i]!)) * wave(ringing * train.times[i]!), 0);
  return Math.hypot(part(Math.cos), part(Math.sin));
}

describe("input-shapers", () => {
  it("knows the shapers of Kalico", () => {
    expect(SHAPER_NAMES).toEqual(["zv", "mzv", "zvd", "ei", "2hump_ei", "3hump_ei"]);
  });

  it("leaves motion at constant speed as it is", () => {
    fc.assert(fc.property(name, frequency, damping, (shaper, hz, ratio) => {
      const pulses = shaperPulses(impulseTrain(shaper, hz, ratio));

      expect(pulses.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(pulses.reduce((sum, { share, offset }) => sum + share * offset, 0)).toBeCloseTo(0, 12);
      expect(pulses.map(({ offset }) => offset)).toEqual(pulses.map(({ offset }) => offset).sort((a, b) => a - b));
      for (const { share } of pulses) expect(share).toBeGreaterThan(0);
    }));
  });

  it.each([["zv", 1e-9], ["zvd", 1e-9], ["mzv", 0.06], ["ei", 0.06], ["2hump_ei", 0.06], ["3hump_ei", 0.06]])(
    "%s leaves at most %f of the vibration at its frequency", (shaper, most) => {
      fc.assert(fc.property(frequency, fc.double({ min: 0, max: 0.2, noNaN: true }), (hz, ratio) => {
        expect(residual(impulseTrain(shaper, hz, ratio), hz, ratio)).toBeLessThan(most);
      }));
    });

  it("is the less sensitive to the frequency the more humps it has", () => {
    const width = (shaper: string): number => {
      const train = impulseTrain(shaper, 50, 0.05);
      return Array.from({ length: 1000 }, (_, i) => 10 + i * 0.1).filter((hz) => residual(train, hz, 0.05) < 0.055).length;
    };
    const widths = ["zv", "zvd", "ei", "2hump_ei", "3hump_ei"].map(width);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
  });

  it("rejects an axis that does not vibrate", () => {
    expect(() => impulseTrain("ei", 50, 1)).toThrow("float division by zero");
  });
});
