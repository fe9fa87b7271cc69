/** Power spectral density of evenly sampled signals: Welch's average of windowed spectra that overlap by half. */

/** Shape of the Kaiser window. */
const KAISER_BETA = 6;

/** The fast Fourier transform in place, for lengths that are powers of two. */
function transform(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j |= bit;
    if (i >= j) continue;
    [re[i], re[j]] = [re[j]!, re[i]!];
    [im[i], im[j]] = [im[j]!, im[i]!];
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const angle = (-2 * Math.PI * k) / size, cos = Math.cos(angle), sin = Math.sin(angle);
      for (let at = k; at < n; at += size) {
        const to = at + half;
        const tr = re[to]! * cos - im[to]! * sin, ti = re[to]! * sin + im[to]! * cos;
        re[to] = re[at]! - tr;
        im[to] = im[at]! - ti;
        re[at]! += tr;
        im[at]! += ti;
      }
    }
  }
}

/** Modified Bessel function of the first kind, order 0. */
function bessel0(x: number): number {
  const quarter = (x * x) / 4;
  let sum = 1;
  for (let k = 1, term = 1; term > sum * Number.EPSILON; k++) sum += term *= quarter / (k * k);
  return sum;
}

export function kaiserWindow(length: number): Float64Array {
  const middle = (length - 1) / 2, norm = bessel0(KAISER_BETA);
  return Float64Array.from({ length }, (_, i) => bessel0(KAISER_BETA * Math.sqrt(1 - ((i - middle) / middle) ** 2)) / norm);
}

/**
 * One-sided power spectral density at the frequencies i · rate / length, i = 0 … length/2, in the signal's unit squared per Hz.
 * @param length of a window, a power of two not above the number of samples
 */
export function powerSpectralDensity(signal: ArrayLike<number>, rate: number, length: number): Float64Array {
  const window = kaiserWindow(length), bins = length / 2 + 1, hop = length / 2;
  const energy = window.reduce((sum, weight) => sum + weight * weight, 0);
  const count = Math.floor((signal.length - hop) / hop);
  const density = new Float64Array(bins);
  for (let from = 0; from < count * hop; from += hop) {
    const re = Float64Array.from({ length }, (_, i) => signal[from + i]!), im = new Float64Array(length);
    const mean = re.reduce((sum, value) => sum + value, 0) / length;
    for (let i = 0; i < length; i++) re[i] = window[i]! * (re[i]! - mean);
    transform(re, im);
    for (let i = 0; i < bins; i++) density[i]! += re[i]! ** 2 + im[i]! ** 2;
  }
  // The negative frequencies belong to the positive ones; the first and the last bin have none.
  return density.map((power, i) => (power * (i === 0 || i === bins - 1 ? 1 : 2)) / (energy * rate * count));
}
