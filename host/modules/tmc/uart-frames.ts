/**
 * Telegrams on a driver's single wire: sync, address, register, word, CRC; and the line bits (start, eight data bits from the lowest,
 * stop) that the micro-controller shifts out, packed from the lowest bit. Data sheet of the TMC2209, section 4.
 */

const SYNC = 0xf5;
/** Sync and address of an answer. */
const ANSWER_SYNC = 0x05;
const MASTER = 0xff;
const WRITE = 0x80;
const LINE_BITS = 10;
/** Line bytes of a written telegram's answer and of a read request's. */
export const ANSWER_BYTES = 10;

/** CRC of a telegram: polynomial x⁸ + x² + x + 1, bytes from their lowest bit. */
export function telegramCrc(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = (crc >> 7) ^ ((byte >> bit) & 1);
      crc = ((crc << 1) & 0xff) ^ (carry !== 0 ? 0x07 : 0);
    }
  }
  return crc;
}

/** Data bytes as line bits. */
export function lineBits(bytes: readonly number[]): Uint8Array {
  const packed = new Uint8Array(Math.ceil((bytes.length * LINE_BITS) / 8));
  for (const [index, byte] of bytes.entries()) {
    const symbol = (byte << 1) | (1 << (LINE_BITS - 1));
    for (let bit = 0; bit < LINE_BITS; bit++) {
      const at = index * LINE_BITS + bit;
      packed[at >> 3]! |= ((symbol >> bit) & 1) << (at & 7);
    }
  }
  return packed;
}

const withCrc = (bytes: readonly number[]): number[] => [...bytes, telegramCrc(bytes)];
const wordBytes = (word: number): number[] => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];

export const readRequest = (address: number, register: number): Uint8Array => lineBits(withCrc([SYNC, address, register]));

export const writeRequest = (address: number, register: number, value: number): Uint8Array =>
  lineBits(withCrc([SYNC, address, register | WRITE, ...wordBytes(value)]));

/** The word of an answer; undefined when it is not, bit for bit, the answer of that register. */
export function decodeAnswer(register: number, packed: Uint8Array): number | undefined {
  if (packed.length !== ANSWER_BYTES) return undefined;
  const bit = (at: number): number => (packed[at >> 3]! >> (at & 7)) & 1;
  let value = 0;
  for (let byte = 3; byte < 7; byte++) {
    let part = 0;
    for (let i = 0; i < 8; i++) part |= bit(byte * LINE_BITS + 1 + i) << i;
    value = ((value << 8) | part) >>> 0;
  }
  const expected = lineBits(withCrc([ANSWER_SYNC, MASTER, register, ...wordBytes(value)]));
  return expected.every((byte, at) => byte === packed[at]) ? value : undefined;
}
