/**
 * Chips on I2C that only keep what is written to them: expanders, digital potentiometers, led drivers, displays. A write names a
 * register and the bytes from there on; what is read is what was written.
 */
import type { I2cDevice } from "./device-table.js";

export class RegisterI2c implements I2cDevice {
  readonly registers = new Uint8Array(256);

  /** @param initial bytes from a register on */
  constructor(initial: Readonly<Record<number, readonly number[]>> = {}) {
    for (const [register, bytes] of Object.entries(initial)) this.registers.set(bytes, Number(register));
  }

  write(data: Uint8Array): void {
    const first = data[0] ?? 0;
    for (let i = 1; i < data.length; i++) this.registers[(first + i - 1) & 0xff] = data[i]!;
  }

  read(register: Uint8Array, length: number): Uint8Array {
    const first = register[0] ?? 0;
    return Uint8Array.from({ length }, (_, i) => this.registers[(first + i) & 0xff]!);
  }
}

/** Kinds of sections with such a chip, and the address that each has unless `i2c_address` says otherwise; undefined: it must say. */
export const REGISTER_CHIPS: Readonly<Record<string, number | undefined>> = {
  mcp4018: 47, mcp4451: undefined, mcp4728: 96, pca9533: 98, pca9632: 98, sx1509: undefined, display: 60,
};
