/**
 * Compensation of Bosch's environment chips as their data sheets print it for floating point numbers: codes of the converters and calibration words in; degrees
 * Celsius, hPa and percent out. BMP180's sheet has integers only; its steps are carried out without rounding here, but for one.
 */
const PASCAL_PER_HPA = 100;

/** Calibration of BMP280 and BME280; dig_T1 is t[0], and so on. */
export interface Bmx280Words { readonly t: readonly number[]; readonly p: readonly number[]; readonly h: readonly number[] }

/** `fine` is what pressure and humidity are corrected with: 5120 to a degree. */
export function bmx280Fine(code: number, { t: [t1, t2, t3] }: Bmx280Words): number {
  const linear = (code / 16384 - t1! / 1024) * t2!;
  return linear + (code / 131072 - t1! / 8192) ** 2 * t3!;
}

export const celsiusOfFine = (fine: number): number => fine / 5120;

export function bmx280Pressure(code: number, fine: number, { p }: Bmx280Words): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9] = p as unknown as readonly number[] & { 0: number };
  const deviation = fine / 2 - 64000;
  const offset = (deviation ** 2 * p6! / 32768 + deviation * p5! * 2) / 4 + p4! * 65536;
  const gain = (1 + (p3! * deviation ** 2 / 524288 + p2! * deviation) / 524288 / 32768) * p1;
  if (gain === 0) return 0;
  const raw = ((1048576 - code - offset / 4096) * 6250) / gain;
  return (raw + (p9! * raw ** 2 / 2147483648 + raw * p8! / 32768 + p7!) / 16) / PASCAL_PER_HPA;
}

export function bme280Humidity(code: number, fine: number, { h }: Bmx280Words): number {
  const [h1, h2, h3, h4, h5, h6] = h as readonly [number, number, number, number, number, number];
  const deviation = fine - 76800;
  const slope = (h2 / 65536) * (1 + (h6 / 67108864) * deviation * (1 + (h3 / 67108864) * deviation));
  const linear = (code - (h4 * 64 + (h5 / 16384) * deviation)) * slope;
  return Math.min(100, Math.max(0, linear * (1 - (h1 * linear) / 524288)));
}

/** Calibration of BMP388, as polynomials' coefficients in natural units. */
export interface Bmp388Coefficients { readonly t: readonly number[]; readonly p: readonly number[] }

/** What the chip is made for; results stay within. */
const BMP388_RANGE = { celsius: [-40, 85], hectopascal: [300, 1250] } as const;

const within = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value));

export function bmp388Celsius(code: number, { t: [t1, t2, t3] }: Bmp388Coefficients): number {
  const deviation = code - t1!;
  return within(deviation * t2! + deviation ** 2 * t3!, BMP388_RANGE.celsius);
}

export function bmp388Pressure(code: number, celsius: number, { p }: Bmp388Coefficients): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11] = p as readonly number[];
  const offset = p5! + p6! * celsius + p7! * celsius ** 2 + p8! * celsius ** 3;
  const sensitivity = p1! + p2! * celsius + p3! * celsius ** 2 + p4! * celsius ** 3;
  const curvature = p9! + p10! * celsius;
  return within((offset + code * sensitivity + code ** 2 * curvature + code ** 3 * p11!) / PASCAL_PER_HPA, BMP388_RANGE.hectopascal);
}

/** Calibration of BMP180, by the names of its data sheet. */
export type Bmp180Words = Readonly<Record<"AC1" | "AC2" | "AC3" | "AC4" | "AC5" | "AC6" | "B1" | "B2" | "MB" | "MC" | "MD", number>>;

/** B5 of the data sheet: 160 to a degree. */
export function bmp180Fine(code: number, { AC5, AC6, MC, MD }: Bmp180Words): number {
  const linear = ((code - AC6) * AC5) / 32768;
  return linear + (MC * 2048) / (linear + MD);
}

export const bmp180Celsius = (fine: number): number => (fine + 8) / 160;

/** @param oversampling 0 to 3 */
export function bmp180Pressure(code: number, fine: number, oversampling: number, words: Bmp180Words): number {
  const { AC1, AC2, AC3, AC4, B1, B2 } = words;
  const b6 = fine - 4000;
  const square = b6 ** 2 / 4096;
  // Kalico shifts a whole number here.
  const b3 = (Math.trunc(AC1 * 4 + (B2 * square) / 2048 + (AC2 * b6) / 2048) * 2 ** oversampling + 2) / 4;
  const b4 = (AC4 * (((AC3 * b6) / 8192 + (B1 * square) / 65536 + 2) / 4 + 32768)) / 32768;
  const pascal = ((code - b3) * (50000 / 2 ** oversampling) * 2) / b4;
  return (pascal + ((pascal / 256) ** 2 * 3038 / 65536 - (7357 * pascal) / 65536 + 3791) / 16) / PASCAL_PER_HPA;
}
