/**
 * Accelerometers on SPI and I2C by their data sheets: identification, registers, and samples at the chosen rate into a FIFO from which the
 * firmware takes them. What they feel comes from outside; a little noise and an error of the chip's own clock come from a seed.
 */
import type { I2cDevice, SpiDevice } from "./device-table.js";

/** A sample in the chip's own counts. */
export type Sample = readonly [x: number, y: number, z: number];

/** What is around a chip. Times are world times, s; accelerations along the axes of the chip, g. */
export interface ChipSurroundings {
  now(): number;
  /** A measurement begins. */
  restart(time: number): void;
  /** Felt at times that ascend; those behind `present` are close to it. */
  accelerations(times: readonly number[], present: number): readonly Sample[];
  /** Gaussian with deviation 1. */
  noise(): number;
}

/** Samples that wait in a chip. */
export interface SampleFifo {
  waiting(): number;
  /** The oldest one. */
  take(): Sample;
  /** Whether samples were lost since the last question. */
  hasOverflowed(): boolean;
}

/** A chip by its data sheet. */
export interface AccelerometerModel {
  readonly identity: readonly [register: number, value: number];
  /** Samples that the FIFO holds. */
  readonly fifoSamples: number;
  /** Bits of a sample that count; the others of its 16 are 0. */
  readonly step: number;
  /** Greatest count. */
  readonly limit: number;
  /** Counts of 1 g, of all axes or of each. */
  countsPerG(registers: Uint8Array): number | Sample;
  /** Samples per second by the registers; 0: does not measure. */
  rate(registers: Uint8Array): number;
  /** Bank of registers, for chips that have several. */
  bank?(registers: Uint8Array): number;
}

/** 13 bits in full resolution; 3200 samples per second at rate code 15, half for each below; measures while POWER_CTL says so. */
export const ADXL345: AccelerometerModel = {
  identity: [0x00, 0xe5], fifoSamples: 32, step: 1, limit: 4095,
  // At 3.3 V; the data sheet tells them for 2.5 V.
  countsPerG: () => [265, 265, 256],
  rate: (registers) => ((registers[0x2d]! & 0x08) === 0 ? 0 : 3200 / 2 ** (15 - (registers[0x2c]! & 0x0f))),
};

/** 14 bits left-justified; measures into its FIFO while that is not bypassed. */
export const LIS2DW: AccelerometerModel = {
  identity: [0x0f, 0x44], fifoSamples: 32, step: 4, limit: 32764,
  countsPerG: (registers) => 16393 / 2 ** ((registers[0x25]! >> 4) & 3),
  rate: (registers) => (registers[0x2e]! >> 5 === 0 ? 0 : [0, 12.5, 12.5, 25, 50, 100, 200, 400, 800, 1600][registers[0x20]! >> 4] ?? 1600),
};

/** 12 bits left-justified in high resolution; measures while the FIFO is enabled and not bypassed. */
export const LIS3DH: AccelerometerModel = {
  identity: [0x0f, 0x33], fifoSamples: 32, step: 16, limit: 32752,
  countsPerG: (registers) => [16000, 8000, 4096, 1333][(registers[0x23]! >> 4) & 3]!,
  rate: (registers) => (registers[0x2e]! >> 6 === 0 || (registers[0x24]! & 0x40) === 0 ? 0 : [0, 1, 10, 25, 50, 100, 200, 400, 1600, 1344][registers[0x20]! >> 4] ?? 1344),
};

/** 16 bits; measures while it is awake and its FIFO takes the accelerometer. FIFO of 512 bytes. */
export const MPU9250: AccelerometerModel = {
  identity: [0x75, 0x71], fifoSamples: 85, step: 1, limit: 32767,
  countsPerG: (registers) => 16384 / 2 ** ((registers[0x1c]! >> 3) & 3),
  rate: (registers) => ((registers[0x6b]! & 0x40) !== 0 || (registers[0x23]! & 0x08) === 0 ? 0 : 4000 / (1 + registers[0x19]!)),
};

/** 16 bits; four banks of registers. FIFO of 512 bytes. */
export const ICM20948: AccelerometerModel = {
  identity: [0x00, 0xea], fifoSamples: 85, step: 1, limit: 32767,
  countsPerG: (registers) => 16384 / 2 ** ((registers[2 * BANK + 0x14]! >> 1) & 3),
  rate: (registers) => ((registers[0x06]! & 0x40) !== 0 || (registers[0x67]! & 0x10) === 0 ? 0 : 4500),
  bank: (registers) => (registers[0x7f]! >> 4) & 3,
};

const BANK = 0x80;
const BANKS = 4;
const BANK_SELECT = 0x7f;
const READ = 0x80;
/** Registers that a frame on SPI can name. */
const SPI_REGISTERS = 0x3f;
/** Deviation of a sample, g. */
const NOISE_G = 0.01;
/** Deviation of the chip's clock, and its bound. */
const CLOCK_DEVIATION = 0.01;
const CLOCK_BOUND = 0.03;
/** Samples that are made ahead of their time: motors know what they will do, not what they did. */
const AHEAD = 24;

export class AccelerometerChip implements SpiDevice, I2cDevice, SampleFifo {
  private readonly model: AccelerometerModel;
  private readonly surroundings: ChipSurroundings;
  private readonly registers = new Uint8Array(BANKS * BANK);
  private readonly clockError: number;
  /** Samples by their times, oldest first; those whose time has not come are not in the FIFO yet. */
  private readonly samples: { readonly time: number; readonly sample: Sample }[] = [];
  private rate = 0;
  /** Time at which the measurement began, and samples made since. */
  private began = 0;
  private made = 0;
  private lost = false;

  constructor(model: AccelerometerModel, surroundings: ChipSurroundings) {
    this.model = model;
    this.surroundings = surroundings;
    this.registers[model.identity[0]] = model.identity[1];
    this.clockError = Math.max(-CLOCK_BOUND, Math.min(CLOCK_BOUND, CLOCK_DEVIATION * surroundings.noise()));
  }

  /** Samples per second as the chip really makes them; 0 while it does not measure. */
  get trueRate(): number { return this.rate * (1 + this.clockError); }

  transfer(data: Uint8Array): Uint8Array {
    const first = data[0] ?? 0, from = first & SPI_REGISTERS;
    if ((first & READ) !== 0) return Uint8Array.from([0, ...this.bytes(from, data.length - 1)]);
    this.store(from, data.subarray(1));
    return new Uint8Array(data.length);
  }

  write(data: Uint8Array): void {
    if (data.length > 1) this.store(data[0]!, data.subarray(1));
  }

  read(register: Uint8Array, length: number): Uint8Array {
    return this.bytes(register[0] ?? 0, length);
  }

  private place(register: number): number {
    const bank = register === BANK_SELECT ? 0 : this.model.bank?.(this.registers) ?? 0;
    return bank * BANK + (register & (BANK - 1));
  }

  private bytes(from: number, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, i) => this.registers[this.place(from + i)]!);
  }

  private store(from: number, bytes: Uint8Array): void {
    bytes.forEach((byte, i) => {
      const place = this.place(from + i);
      // Who it is cannot be written.
      if (place !== this.model.identity[0]) this.registers[place] = byte;
    });
    const rate = this.model.rate(this.registers);
    if (rate === this.rate) return;
    this.rate = rate;
    this.made = this.samples.length = 0;
    this.lost = false;
    this.began = this.surroundings.now();
    if (rate > 0) this.surroundings.restart(this.began);
  }

  waiting(): number {
    const now = this.surroundings.now();
    this.makeUntil(now);
    let waiting = 0;
    while (waiting < this.samples.length && this.samples[waiting]!.time <= now) waiting++;
    const surplus = waiting - this.model.fifoSamples;
    if (surplus <= 0) return waiting;
    this.samples.splice(0, surplus);
    this.lost = true;
    return this.model.fifoSamples;
  }

  take(): Sample {
    return this.samples.shift()!.sample;
  }

  hasOverflowed(): boolean {
    const { lost } = this;
    this.lost = false;
    return lost;
  }

  /** Makes the samples up to the present time and some for the time after it. */
  private makeUntil(now: number): void {
    const rate = this.trueRate;
    if (rate === 0 || this.began + this.made / rate > now) return;
    const target = Math.floor((now - this.began) * rate) + AHEAD;
    // After a long time in which nobody asked only what the FIFO holds is of interest.
    this.made = Math.max(this.made, target - AHEAD - 2 * this.model.fifoSamples);
    const times = Array.from({ length: target - this.made }, (_, i) => this.began + (this.made + i + 1) / rate);
    this.made = target;
    const felt = this.surroundings.accelerations(times, now);
    times.forEach((time, i) => this.samples.push({ time, sample: this.counts(felt[i]!) }));
  }

  private counts(felt: Sample): Sample {
    const { step, limit } = this.model;
    const perG = this.model.countsPerG(this.registers);
    return felt.map((g, axis) => {
      const counts = Math.round(((g + NOISE_G * this.surroundings.noise()) * (typeof perG === "number" ? perG : perG[axis]!)) / step) * step;
      return Math.max(-limit - step, Math.min(limit, counts));
    }) as unknown as Sample;
  }
}
