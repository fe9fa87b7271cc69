import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccelerometerChip, ADXL345, ICM20948, LIS2DW, LIS3DH, MPU9250, type AccelerometerModel, type Sample } from "./accelerometers.js";

interface Kind {
  readonly name: string;
  readonly model: AccelerometerModel;
  /** Registers that make it measure at its usual rate, and the one that ends it. */
  readonly go: readonly (readonly [register: number, value: number])[];
  readonly halt: readonly [register: number, value: number];
  readonly rate: number;
  /** Counts of 1 g with these registers. */
  readonly counts: Sample;
}

const kinds: Kind[] = [
  { name: "ADXL345", model: ADXL345, go: [[0x31, 0x0b], [0x2c, 0x0f], [0x38, 0x90], [0x2d, 0x08]], halt: [0x2d, 0], rate: 3200, counts: [265, 265, 256] },
  { name: "LIS2DW", model: LIS2DW, go: [[0x25, 0x34], [0x20, 0x94], [0x2e, 0xc0]], halt: [0x2e, 0], rate: 1600, counts: [2048, 2048, 2048] },
  { name: "LIS3DH", model: LIS3DH, go: [[0x20, 0x97], [0x23, 0x28], [0x24, 0x40], [0x2e, 0x80]], halt: [0x2e, 0], rate: 1344, counts: [4096, 4096, 4096] },
  { name: "MPU9250", model: MPU9250, go: [[0x6b, 0], [0x19, 0], [0x1c, 0x10], [0x23, 0x08]], halt: [0x23, 0], rate: 4000, counts: [4096, 4096, 4096] },
  { name: "ICM20948", model: ICM20948, go: [[0x06, 1], [0x7f, 0x20], [0x14, 0x06], [0x7f, 0], [0x67, 0x10]], halt: [0x67, 0], rate: 4500, counts: [2048, 2048, 2048] },
];

/** A chip that feels `felt`, in the hands of a bench that moves time. */
function bench(model: AccelerometerModel, felt: (time: number) => Sample = () => [0, 0, 1], clockError = 0): { chip: AccelerometerChip; set(values: Kind["go"]): void; pass(seconds: number): void } {
  let now = 10, isFirst = true;
  const chip = new AccelerometerChip(model, {
    now: () => now, restart: () => undefined, accelerations: (times) => times.map(felt),
    noise: () => { const number = isFirst ? clockError * 100 : 0; isFirst = false; return number; },
  });
  return { chip, set: (values) => { for (const [register, value] of values) chip.write(Uint8Array.of(register, value)); }, pass: (seconds) => { now += seconds; } };
}

/** Takes all that waits, every `seconds`, for `turns` turns. */
function collect(chip: AccelerometerChip, pass: (seconds: number) => void, seconds: number, turns: number): Sample[] {
  const samples: Sample[] = [];
  for (let turn = 0; turn < turns; turn++) {
    pass(seconds);
    for (let left = chip.waiting(); left > 0; left--) samples.push(chip.take());
  }
  return samples;
}

describe.each(kinds)("$name", ({ model, go, halt, rate, counts }) => {
  it("tells who it is, by SPI frames and by I2C alike, whatever was written there", () => {
    const { chip, set } = bench(model), [register, value] = model.identity;
    set([[register, value ^ 0xff]]);
    expect(chip.read(Uint8Array.of(register), 1)).toEqual(Uint8Array.of(value));
    // Frames on SPI name registers below 0x40, and that of the others lies above.
    if (register < 0x40) expect(chip.transfer(Uint8Array.of(register | 0x80, 0))[1]).toBe(value);
  });

  it("measures at its own rate while its registers say so, and not before or after", () => {
    fc.assert(fc.property(fc.double({ min: -0.03, max: 0.03, noNaN: true }), (error) => {
      const { chip, set, pass } = bench(model, undefined, error);
      expect(collect(chip, pass, 0.004, 10)).toEqual([]);
      set(go);
      const made = collect(chip, pass, 0.004, 500).length;
      expect(Math.abs(made - 2 * rate * (1 + error))).toBeLessThan(1.001);
      expect(chip.trueRate).toBeCloseTo(rate * (1 + error), 6);
      set([halt]);
      expect(collect(chip, pass, 0.004, 10)).toEqual([]);
    }), { numRuns: 20 });
  });

  it("counts what it feels by its range, and no further than it goes", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: -1.9, max: 1.9, noNaN: true }), { minLength: 3, maxLength: 3 }), (felt) => {
      const { chip, set, pass } = bench(model, () => felt as unknown as Sample);
      set(go);
      for (const sample of collect(chip, pass, 0.004, 3)) sample.forEach((count, axis) => expect(Math.abs(count - felt[axis]! * counts[axis]!)).toBeLessThanOrEqual(model.step / 2 + counts[axis]! / 1000));
    }));
    const { chip, set, pass } = bench(model, () => [1000, -1000, 0]);
    set(go);
    for (const [x, y] of collect(chip, pass, 0.004, 3)) {
      expect(x).toBe(model.limit);
      expect(y).toBe(-model.limit - model.step);
    }
  });

  it("keeps the newest samples when nobody comes, and tells once that some were lost", () => {
    // It feels which sample it is: one count after the other.
    const { chip, set, pass } = bench(model, (time) => [Math.round((time - 10) * rate) % 40 * model.step / counts[0], 0, 0]);
    set(go);
    pass((model.fifoSamples - 1) / rate);
    expect(chip.waiting()).toBeLessThanOrEqual(model.fifoSamples);
    expect(chip.hasOverflowed()).toBe(false);
    pass(100 / rate);
    expect(chip.waiting()).toBe(model.fifoSamples);
    expect(chip.hasOverflowed()).toBe(true);
    expect(chip.hasOverflowed()).toBe(false);
    const newest = Array.from({ length: model.fifoSamples }, () => chip.take()[0]).at(-1)!;
    const made = model.fifoSamples - 1 + 100;
    expect([made - 1, made, made + 1].map((n) => (n % 40) * model.step)).toContain(newest);
  });
});

it("the ICM20948 keeps registers of its banks apart, but the one that selects them", () => {
  const { chip, set } = bench(ICM20948);
  set([[0x14, 0x11], [0x7f, 0x20], [0x14, 0x06]]);
  expect(chip.read(Uint8Array.of(0x14), 1)[0]).toBe(0x06);
  expect(chip.read(Uint8Array.of(0x7f), 1)[0]).toBe(0x20);
  set([[0x7f, 0]]);
  expect(chip.read(Uint8Array.of(0x14), 1)[0]).toBe(0x11);
});

it("the ADXL345 halves its rate with each code", () => {
  for (let code = 15; code >= 8; code--) {
    const { chip, set } = bench(ADXL345);
    set([[0x2c, code], [0x2d, 8]]);
    expect(chip.trueRate).toBe(3200 / 2 ** (15 - code));
  }
});
