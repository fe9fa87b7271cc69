/** How strongly a machine vibrates by frequency: spectra of measured accelerations on three axes and of all together. Times s, Hz, mm/s². */
import { powerSpectralDensity } from "./spectrum.js";

/** Shortest length of a window, s. */
const WINDOW_SECONDS = 0.5;
/** Below this there is more noise than vibration. */
const LOW_HZ = 10;
/** Keeps the zero frequency from dividing by zero. */
const OFFSET_HZ = 0.1;

/** [time, x, y, z]. */
export type Sample = readonly [number, number, number, number];

/** Spectra over the same frequencies, (mm/s²)²/Hz. */
export interface Spectra {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly sum: Float64Array;
}

export class FrequencyResponse {
  readonly frequencies: Float64Array;
  readonly spectra: Spectra;
  /** Measurements that it is the mean of. */
  readonly measurements: number;

  constructor(frequencies: Float64Array, spectra: Spectra, measurements = 1) {
    this.frequencies = frequencies;
    this.spectra = spectra;
    this.measurements = measurements;
  }

  /** The response in a measurement; undefined when that is too short. */
  static of(samples: readonly Sample[]): FrequencyResponse | undefined {
    if (samples.length < 2) return undefined;
    const rate = samples.length / (samples.at(-1)![0] - samples[0]![0]);
    const shortest = Math.trunc(rate * WINDOW_SECONDS - 1);
    const length = shortest < 1 ? 1 : 2 ** (Math.floor(Math.log2(shortest)) + 1);
    if (samples.length <= length || length < 2) return undefined;
    const [x, y, z] = ([1, 2, 3] as const).map((axis) => powerSpectralDensity(samples.map((sample) => sample[axis]), rate, length)) as [Float64Array, Float64Array, Float64Array];
    const frequencies = Float64Array.from(x, (_, i) => (i * rate) / length);
    return new FrequencyResponse(frequencies, { x, y, z, sum: x.map((power, i) => power + y[i]! + z[i]!) });
  }

  /** The mean with another response, each weighted by its measurements, over the frequencies of this one. */
  meanWith(other: FrequencyResponse): FrequencyResponse {
    const total = this.measurements + other.measurements;
    const mean = (own: Float64Array, others: Float64Array): Float64Array =>
      own.map((power, i) => (power * this.measurements + other.measurements * interpolate(this.frequencies[i]!, other.frequencies, others)) / total);
    return new FrequencyResponse(this.frequencies, this.eachWith(other, mean), total);
  }

  private eachWith(other: FrequencyResponse, combine: (own: Float64Array, others: Float64Array) => Float64Array): Spectra {
    const [a, b] = [this.spectra, other.spectra];
    return { x: combine(a.x, b.x), y: combine(a.y, b.y), z: combine(a.z, b.z), sum: combine(a.sum, b.sum) };
  }

  /** By the excitation, which is stronger at higher frequencies; without the noise of low ones. */
  normalized(): FrequencyResponse {
    const weights = this.frequencies.map((hz) => (hz < LOW_HZ ? Math.exp(1 - (LOW_HZ / (hz + OFFSET_HZ)) ** 2) : 1) / (hz + OFFSET_HZ));
    const weigh = (powers: Float64Array): Float64Array => powers.map((power, i) => power * weights[i]!);
    const { x, y, z, sum } = this.spectra;
    return new FrequencyResponse(this.frequencies, { x: weigh(x), y: weigh(y), z: weigh(z), sum: weigh(sum) }, this.measurements);
  }
}

/** The value at `x` on straight lines between points; outside of them that of the nearest point. */
function interpolate(x: number, xs: Float64Array, ys: Float64Array): number {
  let low = 0, high = xs.length - 1;
  if (x <= xs[low]!) return ys[low]!;
  if (x >= xs[high]!) return ys[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  return ys[low]! + ((ys[high]! - ys[low]!) / (xs[high]! - xs[low]!)) * (x - xs[low]!);
}
