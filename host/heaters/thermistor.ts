/**
 * NTC thermistor in a divider with a pull-up: ADC fraction (0…1) ↔ degrees Celsius.
 *
 * The divider gives the resistance, R = pullup·a/(1-a) - inline; the Steinhart-Hart equation
 * 1/T = c1 + c2·ln R + c3·ln³R gives the temperature. The coefficients come from three measured points,
 * or from one point and beta (c3 = 0). The inverse solves the depressed cubic in ln R in closed form.
 */

/** 0 K in degrees Celsius. */
export const KELVIN_TO_CELSIUS = -273.15;

/** An ADC reading is kept this far from 0 and 1, where the resistance is 0 or infinite. */
const ADC_MARGIN = 0.00001;

/** Something that converts between an ADC fraction and a temperature. */
export interface AdcConversion {
  /** @param adc fraction of the reference voltage. @returns degrees Celsius. @throws RangeError when there is no such temperature. */
  calcTemp(adc: number): number;
  /** @param temp degrees Celsius. @returns fraction of the reference voltage. */
  calcAdc(temp: number): number;
}

/** One measured point: temperature in degrees Celsius, resistance in ohm. */
export interface ThermistorPoint {
  celsius: number;
  ohms: number;
}

/** What a thermistor is described by: one point and beta, or three points. */
export type ThermistorParams =
  | { points: readonly [ThermistorPoint]; beta: number }
  | { points: readonly [ThermistorPoint, ThermistorPoint, ThermistorPoint] };

/** Limit an ADC fraction to the open interval that has a finite resistance. */
export function clampAdc(adc: number): number {
  return Math.max(ADC_MARGIN, Math.min(1 - ADC_MARGIN, adc));
}

/** Steinhart-Hart model of a thermistor behind a pull-up of `pullup` ohm and an inline resistor. */
export class Thermistor implements AdcConversion {
  readonly pullup: number;
  readonly inlineResistor: number;
  c1 = 0;
  c2 = 0;
  c3 = 0;

  constructor(pullup: number, inlineResistor: number) {
    this.pullup = pullup;
    this.inlineResistor = inlineResistor;
  }

  /**
   * Fit the three coefficients through three points.
   * @returns undefined, or the beta that was used instead because the points give no positive cubic term.
   */
  setupCoefficients(t1: number, r1: number, t2: number, r2: number, t3: number, r3: number): number | undefined {
    const inverse1 = 1 / (t1 - KELVIN_TO_CELSIUS);
    const toSecond = inverse1 - 1 / (t2 - KELVIN_TO_CELSIUS);
    const toThird = inverse1 - 1 / (t3 - KELVIN_TO_CELSIUS);
    const ln1 = Math.log(r1), ln2 = Math.log(r2), ln3 = Math.log(r3);
    const cube1 = ln1 ** 3;
    const lnToSecond = ln1 - ln2, lnToThird = ln1 - ln3;
    const cubeToSecond = cube1 - ln2 ** 3, cubeToThird = cube1 - ln3 ** 3;

    const c3 = (toSecond - toThird * lnToSecond / lnToThird) / (cubeToSecond - cubeToThird * lnToSecond / lnToThird);
    // A written value of 0 ohm makes this NaN: the comparison must not take that for a good fit.
    if (c3 <= 0) {
      const beta = lnToThird / toThird;
      this.setupCoefficientsBeta(t1, r1, beta);
      return beta;
    }
    this.c3 = c3;
    this.c2 = (toSecond - c3 * cubeToSecond) / lnToSecond;
    this.c1 = inverse1 - this.c2 * ln1 - c3 * cube1;
    return undefined;
  }

  /** Coefficients from one point and beta in kelvin. */
  setupCoefficientsBeta(t1: number, r1: number, beta: number): void {
    this.c3 = 0;
    this.c2 = 1 / beta;
    this.c1 = 1 / (t1 - KELVIN_TO_CELSIUS) - this.c2 * Math.log(r1);
  }

  calcTemp(adc: number): number {
    const fraction = clampAdc(adc);
    const ohms = this.pullup * fraction / (1 - fraction) - this.inlineResistor;
    if (ohms <= 0) throw new RangeError("Reading is below the inline resistor: the sensor is shorted or inline_resistor is too large");
    const lnR = Math.log(ohms);
    const inverse = this.c1 + this.c2 * lnR + this.c3 * lnR ** 3;
    return 1 / inverse + KELVIN_TO_CELSIUS;
  }

  calcAdc(temp: number): number {
    if (temp <= KELVIN_TO_CELSIUS) return 1;
    const inverse = 1 / (temp - KELVIN_TO_CELSIUS);
    const r = Math.exp(this.lnResistance(inverse)) + this.inlineResistor;
    return r / (this.pullup + r);
  }

  /** Solve c3·x³ + c2·x + (c1 - 1/T) = 0 for x = ln R (Cardano: one real root because c2, c3 > 0). */
  private lnResistance(inverseKelvin: number): number {
    if (this.c3 === 0) return (inverseKelvin - this.c1) / this.c2;
    const halfConstant = (this.c1 - inverseKelvin) / (2 * this.c3);
    const root = Math.sqrt((this.c2 / (3 * this.c3)) ** 3 + halfConstant ** 2);
    return Math.pow(root - halfConstant, 1 / 3) - Math.pow(root + halfConstant, 1 / 3);
  }
}

/** Build a thermistor from its description. @returns it, and the fallback beta if the fit failed. */
export function thermistorFromParams(
  params: ThermistorParams, pullup: number, inlineResistor: number,
): { thermistor: Thermistor; fallbackBeta?: number } {
  const thermistor = new Thermistor(pullup, inlineResistor);
  const first = params.points[0];
  if ("beta" in params) {
    thermistor.setupCoefficientsBeta(first.celsius, first.ohms, params.beta);
    return { thermistor };
  }
  const [, second, third] = params.points;
  const fallbackBeta = thermistor.setupCoefficients(
    first.celsius, first.ohms, second.celsius, second.ohms, third.celsius, third.ohms);
  return { thermistor, fallbackBeta };
}
