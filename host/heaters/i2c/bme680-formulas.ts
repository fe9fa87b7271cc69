/**
 * Compensation of BME680 by its data sheet's floating point formulas: temperature, pressure and humidity from codes, resistance of the gas sensor from its code and range,
 * and the two codes that make its plate hot. Degrees Celsius, hPa, percent, ohms, milliseconds.
 */
const PASCAL_PER_HPA = 100;

/** Calibration: par_t1 is t[0], and so on. */
export interface Bme680Words {
  readonly t: readonly number[];
  readonly p: readonly number[];
  readonly h: readonly number[];
  readonly g: readonly number[];
  readonly heaterRange: number;
  readonly heaterValue: number;
}

/** 5120 to a degree. The data sheet takes the square term sixteen times; Kalico does not (0.01 °C in the room), and so does this host. */
export function bme680Fine(code: number, { t: [t1, t2, t3] }: Bme680Words): number {
  return (code / 16384 - t1! / 1024) * t2! + (code / 131072 - t1! / 8192) ** 2 * t3!;
}

export function bme680Pressure(code: number, fine: number, { p }: Bme680Words): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9, p10] = p as readonly number[];
  const deviation = fine / 2 - 64000;
  const offset = (deviation ** 2 * (p6! / 131072) + deviation * p5! * 2) / 4 + p4! * 65536;
  const gain = (1 + ((p3! * deviation ** 2) / 16384 + p2! * deviation) / 524288 / 32768) * p1!;
  if (gain === 0) return 0;
  const raw = ((1048576 - code - offset / 4096) * 6250) / gain;
  return (raw + ((p9! * raw ** 2) / 2147483648 + raw * (p8! / 32768) + (raw / 256) ** 3 * (p10! / 131072) + p7! * 128) / 16) / PASCAL_PER_HPA;
}

export function bme680Humidity(code: number, fine: number, { h }: Bme680Words): number {
  const [h1, h2, h3, h4, h5, h6, h7] = h as readonly number[];
  const celsius = fine / 5120;
  const base = code - (h1! * 16 + (h3! / 2) * celsius);
  const scaled = base * ((h2! / 262144) * (1 + (h4! / 16384) * celsius + (h5! / 1048576) * celsius ** 2));
  const humidity = scaled + (h6! / 16384 + (h7! / 2097152) * celsius) * scaled ** 2;
  return Math.min(100, Math.max(0, humidity));
}

/** Constants of the sixteen ranges: correction in percent of the sheet's first table, and the second table. */
const RANGE_ERROR = [0, 0, 0, 0, 0, -1, 0, -0.8, 0, 0, -0.2, -0.5, 0, -1, 0, 0] as const;
const RANGE_SCALE = [
  8_000_000, 4_000_000, 2_000_000, 1_000_000, 499_500.4995, 248_262.1648, 125_000, 63_004.03226,
  31_281.28128, 15_625, 7_812.5, 3_906.25, 1_953.125, 976.5625, 488.28125, 244.140625,
] as const;

/** @param switchingError register 0x04 as Kalico takes it: all eight bits, where the data sheet has the upper four, with their sign */
export function bme680Gas(code: number, range: number, switchingError: number): number {
  const weight = (1340 + 5 * switchingError) * (1 + RANGE_ERROR[range]! / 100);
  return (weight * RANGE_SCALE[range]!) / (code - 512 + weight);
}

/** Code of the plate's resistance at a temperature. @param ambient degrees Celsius */
export function bme680HeaterCode(target: number, ambient: number, { g: [g1, g2, g3], heaterRange, heaterValue }: Bme680Words): number {
  const slope = (g1! / 16 + 49) * (1 + ((g2! / 32768) * 0.0005 + 0.00235) * target);
  const resistance = slope + (g3! / 1024) * ambient;
  return Math.trunc(3.4 * (resistance * (4 / (4 + heaterRange)) * (1 / (1 + heaterValue * 0.002)) - 25));
}

/** Code of a heating time: six bits, times 1, 4, 16 or 64. */
export function bme680DurationCode(milliseconds: number): number {
  for (const exponent of [0, 1, 2, 3]) {
    const mantissa = Math.trunc(milliseconds / 4 ** exponent);
    if (mantissa <= 63) return (exponent << 6) | mantissa;
  }
  return 0xff;
}
