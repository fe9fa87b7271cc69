/**
 * Piecewise linear curve through samples, and its inverse; the ends are extended with the slope of the
 * first and last segment. Used for sensors whose curve is known as a table (AD595, PT1000, …).
 *
 * As in Kalico, a sample that exactly extends the segment before it is left out, and the next segment starts
 * where that segment ended: the curve passes up to some tenths of a degree beside such a sample.
 */
import type { AdcConversion } from "./thermistor.js";
import { clampAdc } from "./thermistor.js";

interface Segment {
  /** Key at which the segment ends. */
  end: number;
  gain: number;
  offset: number;
}

/** Key above every sample: the last segment is unbounded. */
const UNBOUNDED = 9999999999999.0;

/** The samples do not make a curve. */
export class InterpolationError extends Error {
  override name = "InterpolationError";
}

/** Curve value(key) through `samples`, which need not be sorted. */
export class LinearInterpolate {
  private readonly segments: Segment[] = [];

  /** @throws InterpolationError when two samples share a key or fewer than two are given. */
  constructor(samples: readonly (readonly [key: number, value: number])[]) {
    const sorted = [...samples].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    let last: readonly [number, number] | undefined;
    for (const sample of sorted) {
      if (last === undefined) {
        last = sample;
        continue;
      }
      const [key, value] = sample;
      if (key <= last[0]) throw new InterpolationError("duplicate value");
      const gain = (value - last[1]) / (key - last[0]);
      const offset = last[1] - last[0] * gain;
      const before = this.segments.at(-1);
      if (before !== undefined && before.gain === gain && before.offset === offset) continue;
      last = sample;
      this.segments.push({ end: key, gain, offset });
    }
    const final = this.segments.at(-1);
    if (final === undefined) throw new InterpolationError("need at least two samples");
    this.segments.push({ ...final, end: UNBOUNDED });
  }

  /** Value of the curve at `key`. */
  interpolate(key: number): number {
    const segment = this.segments.find((s) => key < s.end) ?? this.segments[this.segments.length - 1]!;
    return key * segment.gain + segment.offset;
  }

  /** Key at which the curve has `value`; the curve is taken as monotonic. */
  reverseInterpolate(value: number): number {
    const ends = this.segments.map((s) => s.end * s.gain + s.offset);
    const falling = ends[0]! < ends[ends.length - 2]!;
    let found = ends.findIndex((end) => (falling ? end >= value : end <= value));
    if (found < 0) found = this.segments.length - 1;
    const { gain, offset } = this.segments[found]!;
    return (value - offset) / gain;
  }
}

/** Sensor with a voltage output; keys of the curve are ADC fractions. */
export class LinearVoltage implements AdcConversion {
  private readonly curve: LinearInterpolate;
  /** Samples outside the range of the ADC, which were left out. */
  readonly ignored: (readonly [celsius: number, volts: number])[] = [];

  /** @param samples pairs of degrees Celsius and volts. @throws InterpolationError */
  constructor(samples: readonly (readonly [celsius: number, volts: number])[], adcVoltage: number, voltageOffset: number) {
    const usable: [number, number][] = [];
    for (const sample of samples) {
      const adc = (sample[1] - voltageOffset) / adcVoltage;
      if (adc < 0 || adc > 1) this.ignored.push(sample);
      else usable.push([adc, sample[0]]);
    }
    this.curve = new LinearInterpolate(usable);
  }

  calcTemp(adc: number): number {
    return this.curve.interpolate(adc);
  }

  calcAdc(temp: number): number {
    return this.curve.reverseInterpolate(temp);
  }
}

/** Resistive sensor behind a pull-up; keys of the curve are ohms. */
export class LinearResistance implements AdcConversion {
  private readonly curve: LinearInterpolate;
  private readonly pullup: number;
  private readonly inlineResistor: number;

  /** @param samples pairs of degrees Celsius and ohms. @throws InterpolationError */
  constructor(samples: readonly (readonly [celsius: number, ohms: number])[], pullup: number, inlineResistor: number) {
    this.pullup = pullup;
    this.inlineResistor = inlineResistor;
    this.curve = new LinearInterpolate(samples.map(([celsius, ohms]) => [ohms, celsius] as const));
  }

  calcTemp(adc: number): number {
    const fraction = clampAdc(adc);
    return this.curve.interpolate(this.pullup * fraction / (1 - fraction) - this.inlineResistor);
  }

  calcAdc(temp: number): number {
    const r = this.curve.reverseInterpolate(temp) + this.inlineResistor;
    return r / (this.pullup + r);
  }
}
