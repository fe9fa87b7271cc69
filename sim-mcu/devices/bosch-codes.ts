/**
 * From the air to the codes of Bosch's converters: the data sheets give value from code in integers, with calibration words; the code is searched whose value comes
 * nearest from below. Those integers, not the floating point formulas that hosts use, so that an error in one would show in the other.
 */

/** Smallest code in [0, 2^bits) whose value is not below `wanted`, for values that rise with the code; falling ones are given negated. */
export function codeOf(wanted: number, bits: number, valueOf: (code: number) => number): number {
  let [low, high] = [0, 2 ** bits - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (valueOf(middle) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

const shifted = (value: number, bits: number): number => Math.floor(value / 2 ** bits);
const big = (value: number): bigint => BigInt(Math.trunc(value));

/** Calibration of a BME280, as the data sheet's example has it (temperature, pressure) and as an ordinary chip has it (humidity). */
export const BMX280 = {
  T: [27504, 26435, -1000], P: [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000], H: [75, 362, 0, 324, 50, 30],
} as const;

/** t_fine: 5120 to a degree. BME280 data sheet 4.2.3. */
export function bmx280Fine(code: number, [t1, t2, t3]: readonly number[]): number {
  const linear = shifted((shifted(code, 3) - t1! * 2) * t2!, 11);
  const square = shifted(shifted((shifted(code, 4) - t1!) ** 2, 12) * t3!, 14);
  return linear + square;
}

/** Pa. */
export function bmx280Pascal(code: number, fine: number, p: readonly number[]): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9] = p.map(big) as bigint[];
  const deviation = big(fine) - 128000n;
  const offset = deviation * deviation * p6! + ((deviation * p5!) << 17n) + (p4! << 35n);
  const gain = (((1n << 47n) + ((deviation * deviation * p3!) >> 8n) + ((deviation * p2!) << 12n)) * p1!) >> 33n;
  if (gain === 0n) return 0;
  const raw = ((((1048576n - big(code)) << 31n) - offset) * 3125n) / gain;
  const square = (p9! * (raw >> 13n) * (raw >> 13n)) >> 25n;
  return Number(((raw + square + ((p8! * raw) >> 19n)) >> 8n) + (p7! << 4n)) / 256;
}

/** Percent. */
export function bme280Percent(code: number, fine: number, h: readonly number[]): number {
  const [h1, h2, h3, h4, h5, h6] = h.map(big) as bigint[];
  const deviation = big(fine) - 76800n;
  const linear = ((big(code) << 14n) - (h4! << 20n) - h5! * deviation + 16384n) >> 15n;
  const slope = (((((deviation * h6!) >> 10n) * (((deviation * h3!) >> 11n) + 32768n)) >> 10n) + 2097152n) * h2! + 8192n;
  const scaled = linear * (slope >> 14n);
  const humidity = scaled - (((((scaled >> 15n) * (scaled >> 15n)) >> 7n) * h1!) >> 4n);
  return Number(humidity < 0n ? 0n : humidity > 419430400n ? 419430400n : humidity) / 4096 / 1024;
}

/** Calibration of a BMP180, as the data sheet's example has it. */
export const BMP180 = { AC: [408, -72, -14383, 32741, 32757, 23153], B: [6190, 4], M: [-32768, -8711, 2868] } as const;

/** B5: 160 to a degree. BMP180 data sheet 3.5. */
export function bmp180Fine(code: number): number {
  const linear = shifted((code - BMP180.AC[5]) * BMP180.AC[4], 15);
  return linear + Math.floor((BMP180.M[1] * 2048) / (linear + BMP180.M[2]));
}

/** Pa. @param code already shifted for the oversampling */
export function bmp180Pascal(code: number, fine: number, oversampling: number): number {
  const [ac1, ac2, ac3, ac4] = BMP180.AC;
  const b6 = fine - 4000;
  const square = shifted(b6 * b6, 12);
  const x3 = shifted(BMP180.B[1] * square, 11) + shifted(ac2 * b6, 11);
  const b3 = shifted((ac1 * 4 + x3) * 2 ** oversampling + 2, 2);
  const y3 = shifted(shifted(ac3 * b6, 13) + shifted(BMP180.B[0] * square, 16) + 2, 2);
  const b4 = shifted(ac4 * (y3 + 32768), 15);
  const p = Math.floor(((code - b3) * Math.floor(50000 / 2 ** oversampling) * 2) / b4);
  const x1 = shifted(shifted(p, 8) ** 2 * 3038, 16);
  return p + shifted(x1 + shifted(-7357 * p, 16) + 3791, 4);
}

/** Calibration of an ordinary BMP388, as its registers have it. */
export const BMP388 = { T: [27446, 19085, -10], P: [-2400, -2000, 35, 0, 24600, 31300, -13, -10, 16900, 20, -60] } as const;

/** Degrees Celsius. BMP388 data sheet 8.5: this chip's sheet has floating point formulas only. */
export function bmp388Celsius(code: number): number {
  const [t1, t2, t3] = BMP388.T;
  const difference = code - t1 * 256;
  return difference * (t2 / 2 ** 30) + difference * difference * (t3 / 2 ** 48);
}

/** Pa. BMP388 data sheet 8.6. */
export function bmp388Pascal(code: number, celsius: number): number {
  const p = BMP388.P;
  const part1 = p[4] * 8 + (p[5] / 64) * celsius + (p[6] / 256) * celsius ** 2 + (p[7] / 32768) * celsius ** 3;
  const sensitivity = (p[0] - 16384) / 2 ** 20 + ((p[1] - 16384) / 2 ** 29) * celsius + (p[2] / 2 ** 32) * celsius ** 2 + (p[3] / 2 ** 37) * celsius ** 3;
  return part1 + code * sensitivity + code ** 2 * (p[8] / 2 ** 48 + (p[9] / 2 ** 48) * celsius) + code ** 3 * (p[10] / 2 ** 65);
}

/** Calibration of an ordinary BME680. G: of its plate. */
export const BME680 = {
  T: [26000, 26400, 3], P: [36000, -10400, 88, 6000, -100, 30, 40, -2800, -2500, 30], H: [760, 1010, 0, 45, 20, 120, -100], G: [-20, -10000, 18],
  heaterValue: 30, heaterRange: 1, switchingError: 0,
} as const;

/** 5120 to a degree. BME680's integers (its driver's, which the data sheet refers to). */
export function bme680Fine(code: number): number {
  const [t1, t2, t3] = BME680.T;
  const deviation = shifted(code, 3) - t1 * 2;
  return shifted(deviation * t2, 11) + shifted(shifted(shifted(deviation, 1) ** 2, 12) * (t3 * 16), 14);
}

/** Pa. */
export function bme680Pascal(code: number, fine: number): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9, p10] = BME680.P;
  const deviation = shifted(fine, 1) - 64000;
  const square = shifted(shifted(deviation, 2) ** 2, 11);
  const offset = shifted(shifted(square * p6, 2) + deviation * p5 * 2, 2) + p4 * 65536;
  const gain = shifted((32768 + shifted(shifted(shifted(shifted(deviation, 2) ** 2, 13) * p3 * 32, 3) + shifted(p2 * deviation, 1), 18)) * p1, 15);
  const raw = Math.floor(((1048576 - code - shifted(offset, 12)) * 3125 * 2) / gain);
  const x1 = shifted(p9 * shifted(shifted(raw, 3) ** 2, 13), 12);
  const x2 = shifted(shifted(raw, 2) * p8, 13);
  const x3 = shifted(shifted(raw, 8) ** 3 * p10, 17);
  return raw + shifted(x1 + x2 + x3 + p7 * 128, 4);
}

/** Percent. */
export function bme680Percent(code: number, fine: number): number {
  const [h1, h2, h3, h4, h5, h6, h7] = BME680.H;
  const centi = shifted(fine * 5 + 128, 8);
  const base = code - h1 * 16 - shifted(Math.trunc((centi * h3) / 100), 1);
  const slope = Math.trunc((centi * h4) / 100) + Math.trunc(shifted(centi * Math.trunc((centi * h5) / 100), 6) / 100) + 16384;
  const scaled = base * shifted(h2 * slope, 10);
  const curve = shifted(h6 * 128 + Math.trunc((centi * h7) / 100), 4);
  const square = shifted(shifted(scaled, 14) ** 2, 10);
  const milli = shifted(shifted(scaled + shifted(curve * square, 1), 10) * 1000, 12);
  return Math.min(100_000, Math.max(0, milli)) / 1000;
}
