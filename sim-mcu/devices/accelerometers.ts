/**
 * Accelerometers ADXL345 and LIS2DW on SPI: identification, registers, and samples at the chosen rate into a FIFO of 32. They lie
 * still on a table: gravity on z and a little noise from a seed; the machine's vibrations do not reach them.
 */
import type { SpiDevice } from "./device-table.js";

/** A sample in the chip's own counts. */
export type Sample = readonly [x: number, y: number, z: number];

export interface Accelerometer extends SpiDevice {
  /** Samples per second as configured. */
  readonly rate: number;
  sample(): Sample;
}

const READ = 0x80;

abstract class Chip implements Accelerometer {
  protected readonly registers = new Uint8Array(64);
  private readonly noise: () => number;
  private readonly countsPerG: number;
  abstract readonly rate: number;

  /** @param noise deviation of 0.01 g per unit */
  constructor(identity: readonly [register: number, value: number], countsPerG: number, noise: () => number) {
    this.registers[identity[0]] = identity[1];
    this.countsPerG = countsPerG;
    this.noise = noise;
  }

  sample(): Sample {
    const axis = (g: number): number => Math.round((g + 0.01 * this.noise()) * this.countsPerG);
    return [axis(0), axis(0), axis(1)];
  }

  transfer(data: Uint8Array): Uint8Array {
    const answer = new Uint8Array(data.length);
    const first = data[0] ?? 0;
    for (let i = 1; i < data.length; i++) {
      const register = ((first & 0x3f) + i - 1) & 0x3f;
      if ((first & READ) !== 0) answer[i] = this.registers[register]!;
      else this.registers[register] = data[i]!;
    }
    return answer;
  }
}

/** 256 counts per g (full resolution); 3200 samples per second at rate code 15, half for each below. */
export class Adxl345 extends Chip {
  constructor(noise: () => number) { super([0x00, 0xe5], 256, noise); }
  get rate(): number { return 3200 / 2 ** (15 - (this.registers[0x2c]! & 0x0f)); }
}

/** 14 bits left-justified in 16, ±8 g: 4096 counts per g; up to 1600 samples per second. */
export class Lis2dw extends Chip {
  constructor(noise: () => number) { super([0x0f, 0x44], 4096, noise); }
  get rate(): number { return [0, 12.5, 12.5, 25, 50, 100, 200, 400, 800, 1600][this.registers[0x20]! >> 4] ?? 1600; }
}
