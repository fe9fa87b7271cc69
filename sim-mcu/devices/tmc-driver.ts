/**
 * Trinamic stepper drivers as their data sheets describe the interface: 128 registers of 32 bits, of which some are read only, some
 * clear themselves where a 1 is written, and one counts the writes that arrived. On SPI an answer comes with the next datagram; on
 * UART each telegram has a CRC and an address. The registers do not act on the motor.
 */
import type { SpiDevice, UartDevice } from "./device-table.js";

const GSTAT = 0x01;
const IFCNT = 0x02;
const IHOLD_IRUN = 0x10;
const DRV_STATUS = 0x6f;
const WRITE = 0x80;

export interface TmcModel {
  /** Register that holds the version, and its content. */
  readonly version: readonly [register: number, value: number];
  readonly readOnly: readonly number[];
  readonly initial?: Readonly<Record<number, number>>;
  /** Global flags are cleared by reading them, not by writing a 1. */
  readonly flagsClearOnRead?: boolean;
}

/** By the name of the host's section. */
export const TMC_MODELS: Readonly<Record<string, TmcModel>> = {
  tmc2208: { version: [0x06, 0x20000000], readOnly: [0x06, 0x12, 0x6a, 0x6f] },
  tmc2209: { version: [0x06, 0x21000000], readOnly: [0x06, 0x12, 0x41, 0x6a, 0x6f], initial: { 0x6f: 0xc0000000 } },
  tmc2130: { version: [0x04, 0x11000000], readOnly: [0x04, 0x12, 0x6f], flagsClearOnRead: true },
  tmc5160: { version: [0x04, 0x30000000], readOnly: [0x04, 0x12, 0x6f] },
  // 25 °C in the converter's counts, and a supply of 24 V.
  tmc2240: { version: [0x04, 0x40000000], readOnly: [0x04, 0x50, 0x51, 0x6f], initial: { 0x50: 2464, 0x51: 2231 } },
};

export class TmcRegisters {
  private readonly values = new Map<number, number>();
  private readonly model: TmcModel;
  private writes = 0;

  constructor(model: TmcModel) {
    this.model = model;
    for (const [register, value] of Object.entries(model.initial ?? {})) this.values.set(Number(register), value);
    this.values.set(model.version[0], model.version[1]);
    // A driver tells that it was reset until somebody clears it.
    this.values.set(GSTAT, 1);
  }

  read(register: number): number {
    if (register === IFCNT) return this.writes & 0xff;
    const value = this.values.get(register) ?? 0;
    if (register === GSTAT && this.model.flagsClearOnRead === true) this.values.set(GSTAT, 0);
    // The motor runs at the scale that it was told.
    return register === DRV_STATUS ? (value | (((this.read(IHOLD_IRUN) >>> 8) & 0x1f) << 16)) >>> 0 : value;
  }

  /** Whether the driver was reset and nobody has cleared that. */
  get wasReset(): boolean {
    return ((this.values.get(GSTAT) ?? 0) & 1) !== 0;
  }

  write(register: number, value: number): void {
    this.writes++;
    if (register === GSTAT) this.values.set(GSTAT, ((this.values.get(GSTAT) ?? 0) & ~value) >>> 0);
    else if (register !== IFCNT && !this.model.readOnly.includes(register)) this.values.set(register, value >>> 0);
  }
}

/** CRC-8 of UART telegrams: polynomial 0x07, each byte from its low bit. */
export function tmcCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (let byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      crc = ((crc >> 7) ^ (byte & 1)) !== 0 ? ((crc << 1) ^ 0x07) & 0xff : (crc << 1) & 0xff;
      byte >>= 1;
    }
  }
  return crc;
}

const UART_SYNC = 0x05;
const READ_BYTES = 4;
const WRITE_BYTES = 8;
/** Address of the host in answers. */
const MASTER = 0xff;

/** A driver on a single wire UART; it listens to its own address. */
export class TmcUart implements UartDevice {
  readonly registers: TmcRegisters;
  private readonly address: number;

  constructor(model: TmcModel, address = 0) {
    this.registers = new TmcRegisters(model);
    this.address = address;
  }

  exchange(telegram: Uint8Array): Uint8Array | undefined {
    const [sync, address, command] = telegram;
    if ((sync! & 0x0f) !== UART_SYNC || address !== this.address || command === undefined || tmcCrc(telegram.subarray(0, -1)) !== telegram.at(-1)) return undefined;
    if ((command & WRITE) !== 0) {
      if (telegram.length === WRITE_BYTES) this.registers.write(command & 0x7f, wordAt(telegram, 3));
      return undefined;
    }
    if (telegram.length !== READ_BYTES) return undefined;
    const answer = new Uint8Array(WRITE_BYTES);
    answer.set([UART_SYNC, MASTER, command, ...wordBytes(this.registers.read(command))]);
    answer[7] = tmcCrc(answer.subarray(0, 7));
    return answer;
  }
}

/** A driver on SPI: datagrams of an address and a word; the word that comes back belongs to the datagram before. */
export class TmcSpi implements SpiDevice {
  readonly registers: TmcRegisters;
  private pending = 0;

  constructor(model: TmcModel) {
    this.registers = new TmcRegisters(model);
  }

  transfer(data: Uint8Array): Uint8Array {
    const answer = new Uint8Array(data.length);
    // Only the last five bytes stay in the chip's shift register when the frame ends.
    const datagram = data.subarray(-5);
    if (datagram.length < 5) return answer;
    answer.set([this.registers.wasReset ? 1 : 0, ...wordBytes(this.pending)], data.length - 5);
    const register = datagram[0]! & 0x7f;
    if ((datagram[0]! & WRITE) !== 0) {
      const value = wordAt(datagram, 1);
      this.registers.write(register, value);
      this.pending = value;
    } else {
      this.pending = this.registers.read(register);
    }
    return answer;
  }
}

const DATAGRAM = 5;

/** Drivers behind each other on one chip select: a frame has a datagram for each, the last driver's first. */
export class TmcSpiChain implements SpiDevice {
  private readonly chips: (TmcSpi | undefined)[];

  constructor(length: number) { this.chips = new Array<TmcSpi | undefined>(length).fill(undefined); }

  /** @param position counted from 1, the driver at the controller's end */
  place(position: number, chip: TmcSpi): void { this.chips[position - 1] = chip; }

  transfer(data: Uint8Array): Uint8Array {
    const answer = new Uint8Array(data.length);
    for (const [index, chip] of this.chips.entries()) {
      const start = data.length - (index + 1) * DATAGRAM;
      if (start >= 0 && chip !== undefined) answer.set(chip.transfer(data.subarray(start, start + DATAGRAM)), start);
    }
    return answer;
  }
}

const SGCSCONF = 6;
const DRVCONF = 7;

/** The TMC2660: frames of 20 bits, whose three highest name the register; what comes back is the reading that DRVCONF has chosen. */
export class Tmc2660Spi implements SpiDevice {
  /** By the three highest bits of a frame. */
  private readonly values = new Map<number, number>();

  transfer(data: Uint8Array): Uint8Array {
    const answer = new Uint8Array(data.length);
    const frame = data.subarray(-3);
    if (frame.length < 3) return answer;
    const scale = (this.values.get(SGCSCONF) ?? 0) & 0x1f;
    const choice = ((this.values.get(DRVCONF) ?? 0) >> 4) & 3;
    // Standing still; with the third reading the scale of the current, above the flags.
    const reading = ((choice === 2 ? scale << 10 : 0) << 4) | (1 << 11);
    answer.set([(reading >> 16) & 0xff, (reading >> 8) & 0xff, reading & 0xff], data.length - 3);
    const word = (frame[0]! << 16) | (frame[1]! << 8) | frame[2]!;
    this.values.set((word >> 17) & 7, word & 0x1ffff);
    return answer;
  }
}

const wordBytes = (word: number): number[] => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
const wordAt = (bytes: Uint8Array, at: number): number => ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
