/** The Python side of the shaper's choice against the host's own: the same impulses, and with numpy the same spectra, figures and choice. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FrequencyResponse, type Sample } from "../../host/modules/resonance/frequency-response.js";
import { bestShaper, fitShaper, TRIED_SHAPERS, type ShaperFit } from "../../host/modules/resonance/shaper-fit.js";
import { impulseTrain } from "../../host/motion/input-shapers.js";

const SHIM = fileURLToPath(new URL("../../host/plugins/python/shim", import.meta.url));
const python = (source: string, ...args: string[]): unknown =>
  JSON.parse(execFileSync("python3", ["-c", `import sys, json\nsys.path.insert(0, ${JSON.stringify(SHIM)})\n${source}`, ...args], { encoding: "utf8" }));
const hasNumpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;

const FIT = `
import numpy
from klippy.extras import shaper_calibrate
helper = shaper_calibrate.ShaperCalibrate(None)
data = helper.process_accelerometer_data(numpy.array(json.load(open(sys.argv[1]))))
data.add_data(helper.process_accelerometer_data(numpy.array(json.load(open(sys.argv[2])))))
data.normalize_to_frequencies()
best, fits = helper.find_best_shaper(data, scv=5.0, max_smoothing=0.2, max_freq=100.0)
print(json.dumps([list(data.psd_sum), best.name, [[f.name, f.freq, f.vibrs, f.smoothing, f.score, f.max_accel] for f in fits]]))
`;

/** A machine that rings at 47 Hz while it is shaken, sampled `rate` times a second. */
function shaken(rate: number, seconds: number): Sample[] {
  return Array.from({ length: rate * seconds }, (_, i) => {
    const t = i / rate, hz = 20 + 40 * (t / seconds), gain = 1 / Math.hypot(1 - (hz / 47) ** 2, (0.2 * hz) / 47);
    return [100 + t, 75 * hz * gain * Math.sin(2 * Math.PI * (20 * t + (20 * t * t) / seconds)), 30 * Math.sin(700 * t), 9806 + 20 * Math.cos(31 * i)];
  });
}

describe("what plugins import to judge measurements by themselves", () => {
  it("has the impulses of the host's shapers", () => {
    const trains = python(`
from klippy.extras import shaper_defs
print(json.dumps([[config.name, f, z, config.init_func(f, z)] for config in shaper_defs.INPUT_SHAPERS for f in (21.0, 57.3, 140.0) for z in (0.0, 0.1, 0.3)]))`) as [string, number, number, [number[], number[]]][];
    expect(trains).toHaveLength(54);
    for (const [name, frequency, damping, [amplitudes, times]] of trains) {
      const train = impulseTrain(name, frequency, damping);
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      amplitudes.forEach((amplitude, i) => expect(amplitude / sum(amplitudes)).toBeCloseTo(train.amplitudes[i]! / sum(train.amplitudes), 12));
      times.forEach((time, i) => expect(time).toBeCloseTo(train.times[i]!, 12));
    }
  });

  it.runIf(!hasNumpy)("says what is missing where there is no numpy", () => {
    const text = python(`
from klippy.extras import shaper_calibrate
try:
    shaper_calibrate.ShaperCalibrate(None)
except Exception as error:
    print(json.dumps(str(error)))`);
    expect(text).toBe("Failed to import `numpy` module, make sure it was installed via `~/klippy-env/bin/pip install` (refer to docs/Measuring_Resonances.md for more details).");
  });

  it.runIf(hasNumpy)("finds with numpy what the host finds", () => {
    const directory = mkdtempSync(join(tmpdir(), "shaper-"));
    try {
      const sets = [shaken(1000, 5), shaken(800, 4)];
      const files = sets.map((samples, i) => {
        const file = join(directory, `${i}.json`);
        writeFileSync(file, JSON.stringify(samples));
        return file;
      });
      const [psd, best, fits] = python(FIT, ...files) as [number[], string, [string, number, number, number, number, number][]];
      const [one, other] = sets.map((samples) => FrequencyResponse.of(samples)!) as [FrequencyResponse, FrequencyResponse];
      const response = one.meanWith(other).normalized();
      const mine = TRIED_SHAPERS.map(([name, lowest]): ShaperFit => {
        const steps = fitShaper(name, lowest, response, { squareCornerVelocity: 5, maxSmoothing: 0.2, maxFrequency: 100 });
        for (;;) {
          const { done, value } = steps.next();
          if (done) return value;
        }
      });
      psd.forEach((power, i) => expect(Math.abs(power - response.spectra.sum[i]!)).toBeLessThanOrEqual(1e-9 * response.spectra.sum[i]!));
      expect(best).toBe(bestShaper(mine).name);
      expect(fits.map(([name]) => name)).toEqual(mine.map(({ name }) => name));
      for (const [i, [, ...figures]] of fits.entries()) {
        const { frequency, vibrations, smoothing, score, maxAccel } = mine[i]!;
        for (const [k, expected] of [frequency, vibrations, smoothing, score, maxAccel].entries()) expect(Math.abs(figures[k]! - expected)).toBeLessThan(1e-9 * Math.max(1, expected));
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
