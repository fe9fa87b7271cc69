/**
 * SHT3x: commands of two bytes. In periodic mode it measures by itself; fetching takes the newest pair of words away, and a chip that has none does not acknowledge.
 * A single measurement is read in the same way. Clock stretching is not simulated.
 */
import type { Climate } from "./climate.js";
import type { I2cDevice } from "./device-table.js";
import { checkedWord } from "./sensirion-crc.js";

const CRC_START = 0xff;
const COMMAND = { breakOff: 0x3093, reset: 0x30a2, clearStatus: 0x3041, status: 0xf32d, fetch: 0xe000 } as const;
/** Seconds between measurements, by the first byte of the command that starts them. */
const PERIODS: Readonly<Record<number, number>> = { 0x20: 2, 0x21: 1, 0x22: 0.5, 0x23: 0.25, 0x27: 0.1 };
const SINGLE = 0x24;
/** Time of the longest measurement, of high repeatability. */
const MEASUREMENT_SECONDS = 0.015;
/** Status after a reset: "alert pending" and "reset detected". */
const RESET_STATUS = 0x8010;

export class Sht3x implements I2cDevice {
  private readonly climate: Climate;
  private status = RESET_STATUS;
  private command = 0;
  private startedAt = Number.NEGATIVE_INFINITY;
  /** Seconds between measurements; undefined: none are made; Infinity: one. */
  private period: number | undefined;
  private fetched = -1;

  constructor(climate: Climate) {
    this.climate = climate;
  }

  acknowledges(access: "write" | "read", register: Uint8Array): boolean {
    if (access === "write") return true;
    if (register.length >= 2) this.command = (register[0]! << 8) | register[1]!;
    return this.command === COMMAND.status || this.newest() > this.fetched;
  }

  write(data: Uint8Array): void {
    if (data.length < 2) return;
    this.command = (data[0]! << 8) | data[1]!;
    const period = data[0] === SINGLE ? Number.POSITIVE_INFINITY : PERIODS[data[0]!];
    if (period !== undefined) this.start(period);
    else if (this.command === COMMAND.breakOff) this.period = undefined;
    else if (this.command === COMMAND.clearStatus) this.status = 0;
    else if (this.command === COMMAND.reset) {
      this.period = undefined;
      this.status = RESET_STATUS;
    }
  }

  read(register: Uint8Array, length: number): Uint8Array {
    if (register.length >= 2) this.write(register);
    const bytes = this.answer();
    return Uint8Array.from({ length }, (_, i) => bytes[i] ?? 0xff);
  }

  private start(period: number): void {
    this.period = period;
    this.startedAt = this.climate.seconds();
    this.fetched = -1;
  }

  /** Number of the newest measurement that is complete, from 0; −1 while there is none. */
  private newest(): number {
    const since = this.climate.seconds() - this.startedAt - MEASUREMENT_SECONDS;
    if (this.period === undefined || since < 0) return -1;
    return Math.floor(since / this.period);
  }

  private answer(): readonly number[] {
    if (this.command === COMMAND.status) return checkedWord(this.status, CRC_START);
    this.fetched = this.newest();
    const temperature = word((this.climate.celsius() + 45) / 175);
    return [...checkedWord(temperature, CRC_START), ...checkedWord(word(this.climate.humidity() / 100), CRC_START)];
  }
}

const word = (share: number): number => Math.min(65535, Math.max(0, Math.round(share * 65535)));
