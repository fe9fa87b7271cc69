import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { impulseTrain } from "../../motion/input-shapers.js";
import { FrequencyResponse, type Sample } from "./frequency-response.js";
import { responseCsv } from "./resonance-csv.js";
import { bestShaper, fitShaper, maxAccelOf, smoothingOf, TRIED_SHAPERS, vibrationLeft, type FitOptions, type ShaperFit } from "./shaper-fit.js";

/** What a test from 5 to 135 Hz measures on a machine with resonances, without noise. */
function measured(resonances: readonly { hz: number; damping: number }[], rate = 1600, seconds = 12): Sample[] {
  let phase = 0;
  return Array.from({ length: rate * seconds }, (_, i) => {
    const hz = 5 + (130 * i) / (rate * seconds);
    phase += (2 * Math.PI * hz) / rate;
    const gain = resonances.reduce((sum, { hz: own, damping }) => sum + 1 / Math.hypot(1 - (hz / own) ** 2, (2 * damping * hz) / own), 0);
    return [i / rate, 75 * hz * gain * Math.sin(phase), 40 * hz * Math.cos(phase), 0] as const;
  });
}

function run(name: string, lowest: number, response: FrequencyResponse, options: FitOptions): ShaperFit {
  const trying = fitShaper(name, lowest, response, options);
  for (;;) {
    const { done, value } = trying.next();
    if (done === true) return value;
  }
}

const SCV = { squareCornerVelocity: 5 };
const resonance = fc.record({ hz: fc.double({ min: 35, max: 90, noNaN: true }), damping: fc.double({ min: 0.03, max: 0.15, noNaN: true }) });
const name = fc.constantFrom(...TRIED_SHAPERS.map(([shaper]) => shaper));

describe("a shaper", () => {
  it("leaves nothing of the vibration that it is made for, as far as its kind can", () => {
    fc.assert(fc.property(fc.constantFrom("zv", "zvd"), resonance, (shaper, { hz, damping }) => {
      expect(vibrationLeft(impulseTrain(shaper, hz, damping), hz, damping)).toBeLessThan(1e-9);
    }));
    fc.assert(fc.property(name, resonance, (shaper, { hz }) => {
      const left = vibrationLeft(impulseTrain(shaper, hz, 0), hz, 0);
      expect(left).toBeLessThan(0.0501);
    }));
  });

  it("smooths more at a lower frequency, a greater acceleration and a faster corner", () => {
    fc.assert(fc.property(name, fc.double({ min: 20, max: 120, noNaN: true }), fc.double({ min: 100, max: 20000, noNaN: true }), (shaper, hz, accel) => {
      const at = (frequency: number, a: number, corner: number): number => smoothingOf(impulseTrain(shaper, frequency, 0.1), a, corner);
      expect(at(hz * 0.9, accel, 5)).toBeGreaterThan(at(hz, accel, 5));
      expect(at(hz, accel * 1.1, 5)).toBeGreaterThan(at(hz, accel, 5));
      expect(at(hz, accel, 10)).toBeGreaterThanOrEqual(at(hz, accel, 5));
    }));
  });

  it("has a greatest acceleration at which it smooths by 0.12 mm", () => {
    fc.assert(fc.property(name, fc.double({ min: 25, max: 120, noNaN: true }), (shaper, hz) => {
      const impulses = impulseTrain(shaper, hz, 0.1), accel = maxAccelOf(impulses, 5);
      expect(smoothingOf(impulses, accel, 5)).toBeCloseTo(0.12, 6);
    }));
    expect(maxAccelOf(impulseTrain("3hump_ei", 5, 0.1), 50)).toBe(0);
  });
});

describe("the choice", () => {
  it("leaves little of the vibrations of a single resonance, near its frequency", () => {
    fc.assert(fc.property(resonance, (own) => {
      const response = FrequencyResponse.of(measured([own]))!.normalized();
      const best = bestShaper(TRIED_SHAPERS.map(([shaper, lowest]) => run(shaper, lowest, response, SCV)));
      expect(best.vibrations).toBeLessThan(0.1);
      expect(best.frequency / own.hz).toBeGreaterThan(0.75);
      expect(best.frequency / own.hz).toBeLessThan(2);
    }), { numRuns: 6 });
  });

  it("keeps to the smoothing that is allowed where it can", () => {
    const response = FrequencyResponse.of(measured([{ hz: 40, damping: 0.05 }]))!.normalized();
    for (const maxSmoothing of [0.06, 0.1]) {
      for (const [shaper, lowest] of TRIED_SHAPERS) expect(run(shaper, lowest, response, { ...SCV, maxSmoothing }).smoothing).toBeLessThanOrEqual(maxSmoothing);
    }
    expect(run("mzv", 23, response, SCV).smoothing).toBeGreaterThan(0.1);
  });

  it("prefers the lighter of two that do equally well", () => {
    const fit = (score: number, smoothing: number): ShaperFit => ({ name: `${score}`, frequency: 50, response: new Float64Array(), vibrations: 0, smoothing, score, maxAccel: 1 });
    expect(bestShaper([fit(1, 0.1), fit(0.9, 0.1)]).score).toBe(1);
    expect(bestShaper([fit(1, 0.1), fit(0.9, 0.08)]).score).toBe(0.9);
    expect(bestShaper([fit(1, 0.1), fit(0.8, 0.3)]).score).toBe(0.8);
  });
});

describe("a response", () => {
  it("is none of a measurement shorter than half a second", () => {
    expect(FrequencyResponse.of([])).toBeUndefined();
    expect(FrequencyResponse.of(measured([], 1600, 1).slice(0, 700))).toBeUndefined();
  });

  it("is the mean of its measurements, also of one at another rate", () => {
    const [one, two] = [FrequencyResponse.of(measured([{ hz: 40, damping: 0.1 }]))!, FrequencyResponse.of(measured([{ hz: 60, damping: 0.1 }], 1500))!];
    const both = one.meanWith(two);
    expect(both.measurements).toBe(2);
    const at = (response: FrequencyResponse, hz: number): number => response.spectra.sum[response.frequencies.findIndex((frequency) => frequency >= hz)]!;
    for (const hz of [40, 60]) expect(at(both, hz) / ((at(one, hz) + at(two, hz)) / 2)).toBeCloseTo(1, 0);
    const again = one.meanWith(one).meanWith(one);
    one.spectra.sum.forEach((power, i) => expect(again.spectra.sum[i]! / power).toBeCloseTo(1, 9));
  });

  it("is written as the scripts that draw it read it", () => {
    const response = new FrequencyResponse(Float64Array.of(0, 12.5, 25), { x: Float64Array.of(0, 1.23456e-5, 3), y: Float64Array.of(0, 2e10, 3), z: Float64Array.of(0, 0.5, 3), sum: Float64Array.of(0, 1e100, 9) });
    const fit: ShaperFit = { name: "mzv", frequency: 45.2000001, response: Float64Array.of(1, 0.12345, 0), vibrations: 0, smoothing: 0, score: 0, maxAccel: 0 };
    expect(responseCsv(response, 75, 20, [fit])).toBe("freq,psd_x,psd_y,psd_z,psd_xyz,accel_per_hz,mzv(45.2)\n0.0,0.000e+00,0.000e+00,0.000e+00,0.000e+00,75.0,1.000\n12.5,1.235e-05,2.000e+10,5.000e-01,1.000e+100,75.0,0.123\n");
  });
});
