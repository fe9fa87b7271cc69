/**
 * Temperature chips on SPI, from their data sheets: MAX6675, MAX31855, MAX31856 (thermocouples) and MAX31865 (platinum). The present
 * temperature in degrees Celsius goes in, frames come out.
 */
import type { SpiDevice } from "./device-table.js";

type Celsius = () => number;

/** 12 bits of 0.25 °C, from bit 3. */
export class Max6675 implements SpiDevice {
  private readonly celsius: Celsius;
  constructor(celsius: Celsius) { this.celsius = celsius; }
  transfer(data: Uint8Array): Uint8Array {
    const code = Math.min(4095, Math.max(0, Math.round(this.celsius() * 4)));
    return padded([(code >> 5) & 0xff, (code << 3) & 0xff], data.length);
  }
}

/** 14 signed bits of 0.25 °C, from bit 18; the cold junction below. */
export class Max31855 implements SpiDevice {
  private readonly celsius: Celsius;
  constructor(celsius: Celsius) { this.celsius = celsius; }
  transfer(data: Uint8Array): Uint8Array {
    const code = Math.round(this.celsius() * 4) & 0x3fff;
    const junction = Math.round(25 * 16) & 0xfff;
    return padded([code >> 6, (code << 2) & 0xff, junction >> 4, (junction << 4) & 0xff], data.length);
  }
}

/** Registers behind an address byte; bit 7 writes. */
abstract class RegisterChip implements SpiDevice {
  protected readonly registers = new Uint8Array(16);
  protected readonly celsius: Celsius;
  constructor(celsius: Celsius) { this.celsius = celsius; }

  transfer(data: Uint8Array): Uint8Array {
    const answer = new Uint8Array(data.length);
    const first = data[0] ?? 0;
    this.convert();
    for (let i = 1; i < data.length; i++) {
      const register = ((first & 0x7f) + i - 1) & 0x0f;
      if ((first & 0x80) !== 0) this.registers[register] = data[i]!;
      else answer[i] = this.registers[register]!;
    }
    return answer;
  }

  /** Puts the present conversion into the registers. */
  protected abstract convert(): void;
}

/** 19 signed bits of 1/128 °C in registers 0x0C to 0x0E, from bit 5. */
export class Max31856 extends RegisterChip {
  protected convert(): void {
    const code = (Math.round(this.celsius() * 128) << 5) & 0xffffff;
    this.registers.set([code >> 16, (code >> 8) & 0xff, code & 0xff, 0], 0x0c);
  }
}

/** 15 bits of the ratio of platinum to reference resistor in registers 1 and 2, from bit 1. */
export class Max31865 extends RegisterChip {
  private readonly nominalOhms: number;
  private readonly referenceOhms: number;

  constructor(celsius: Celsius, nominalOhms: number, referenceOhms: number) {
    super(celsius);
    this.nominalOhms = nominalOhms;
    this.referenceOhms = referenceOhms;
  }

  protected convert(): void {
    const t = this.celsius();
    const ohms = this.nominalOhms * (1 + 3.9083e-3 * t - 5.775e-7 * t * t);
    const code = Math.min(32767, Math.max(0, Math.round((ohms / this.referenceOhms) * 32768))) << 1;
    this.registers.set([code >> 8, code & 0xff], 1);
    this.registers[7] = 0;
  }
}

function padded(bytes: readonly number[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  out.set(bytes.slice(0, length));
  return out;
}
