/** LM75A: 11 bits of 0.125 °C, left in two bytes, converted every 0.1 s by itself. Pointer register; what is set in the other registers is kept. */
import type { Climate } from "./climate.js";
import type { I2cDevice } from "./device-table.js";

const TEMPERATURE = 0;
const CONVERSION_SECONDS = 0.1;
/** Configuration, hysteresis (75 °C), overtemperature (80 °C) at power-on; register 7 has the product. */
const POWER_ON: readonly (readonly [register: number, bytes: readonly number[]])[] = [[1, [0x00]], [2, [0x4b, 0x00]], [3, [0x50, 0x00]], [7, [0xa1]]];

export class Lm75 implements I2cDevice {
  private readonly climate: Climate;
  private readonly registers = new Map<number, readonly number[]>(POWER_ON);
  private pointer = TEMPERATURE;
  private code = 0;
  private convertedAt = Number.NEGATIVE_INFINITY;

  constructor(climate: Climate) {
    this.climate = climate;
  }

  write(data: Uint8Array): void {
    this.pointer = (data[0] ?? this.pointer) & 0x07;
    if (data.length > 1 && this.pointer !== TEMPERATURE) this.registers.set(this.pointer, [...data.slice(1)]);
  }

  read(register: Uint8Array, length: number): Uint8Array {
    if (register.length > 0) this.write(register);
    const bytes = this.pointer === TEMPERATURE ? this.temperature() : this.registers.get(this.pointer) ?? [0xff];
    return Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length]!);
  }

  private temperature(): readonly number[] {
    const present = this.climate.seconds();
    if (present - this.convertedAt >= CONVERSION_SECONDS) {
      this.convertedAt = present;
      this.code = (Math.max(-440, Math.min(1000, Math.round(this.climate.celsius() * 8))) << 5) & 0xffff;
    }
    return [this.code >> 8, this.code & 0xff];
  }
}
