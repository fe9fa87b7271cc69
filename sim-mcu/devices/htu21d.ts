/**
 * HTU21D, SHT21 and SI70xx: commands of one byte. A measurement without hold is not acknowledged before it is done; one with hold answers at once here, where transfers
 * take no time. Ideal: the coefficient that HTU21D's humidity has over temperature is 0.
 */
import type { Climate } from "./climate.js";
import type { I2cDevice } from "./device-table.js";
import { checkedWord } from "./sensirion-crc.js";

/** First byte of the serial number's second half. */
const IDS: Readonly<Record<string, number>> = { SI7013: 0x0d, SI7020: 0x14, SI7021: 0x15, SHT21: 0x31, HTU21D: 0x32 };
const COMMAND = { reset: 0xfe, readUser: 0xe7, writeUser: 0xe6, serialLow: 0xfc, serialHigh: 0xfa } as const;
const TEMPERATURE = [0xe3, 0xf3];
const HUMIDITY = [0xe5, 0xf5];
const NO_HOLD = 0x10;
/** User register after power-on: 14 bits of temperature, 12 of humidity, heater off. */
const USER_DEFAULT = 0x02;
/** Bits and longest seconds of temperature, bits and seconds of humidity, by bits 7 and 0 of the user register. */
const RESOLUTIONS: Readonly<Record<number, readonly [number, number, number, number]>> = {
  0x00: [14, 0.05, 12, 0.016], 0x01: [12, 0.013, 8, 0.003], 0x80: [13, 0.025, 10, 0.005], 0x81: [11, 0.007, 11, 0.008],
};
/** Bit of a word that says it is humidity. */
const HUMIDITY_MARK = 0x02;

export class Htu21d implements I2cDevice {
  private readonly climate: Climate;
  private readonly id: number;
  private user = USER_DEFAULT;
  private command: number = COMMAND.reset;
  private doneAt = 0;

  /** @param type as `sensor_type` names it */
  constructor(climate: Climate, type: string) {
    this.climate = climate;
    this.id = IDS[type]!;
  }

  acknowledges(access: "write" | "read", register: Uint8Array): boolean {
    if (access === "write" || register.length > 0 || (this.command & NO_HOLD) === 0) return true;
    return this.climate.seconds() >= this.doneAt;
  }

  write(data: Uint8Array): void {
    if (data.length === 0) return;
    this.command = data[0]!;
    const [, temperatureSeconds, , humiditySeconds] = RESOLUTIONS[this.user & 0x81]!;
    if (this.command === COMMAND.reset) this.user = USER_DEFAULT;
    else if (this.command === COMMAND.writeUser && data.length > 1) this.user = data[1]!;
    else if (TEMPERATURE.includes(this.command)) this.doneAt = this.climate.seconds() + temperatureSeconds;
    else if (HUMIDITY.includes(this.command)) this.doneAt = this.climate.seconds() + humiditySeconds;
  }

  read(register: Uint8Array, length: number): Uint8Array {
    this.write(register);
    const bytes = this.answer();
    return Uint8Array.from({ length }, (_, i) => bytes[i] ?? 0xff);
  }

  private answer(): readonly number[] {
    const [temperatureBits, , humidityBits] = RESOLUTIONS[this.user & 0x81]!;
    if (TEMPERATURE.includes(this.command)) return checkedWord(word((this.climate.celsius() + 46.85) / 175.72, temperatureBits), 0);
    if (HUMIDITY.includes(this.command)) return checkedWord(word((this.climate.humidity() + 6) / 125, humidityBits) | HUMIDITY_MARK, 0);
    if (this.command === COMMAND.readUser) return [this.user];
    if (this.command === COMMAND.serialLow) return [...checkedWord((this.id << 8) | 0x15, 0), ...checkedWord(0xffb5, 0)];
    return [0xff];
  }
}

/** A share of full scale with so many bits, from the top of 16. */
function word(share: number, bits: number): number {
  const top = 2 ** bits - 1;
  return Math.min(top, Math.max(0, Math.round(share * 2 ** bits))) * 2 ** (16 - bits);
}
