/**
 * Message blocks: [length][0x10 | sequence][payload 0…59][CRC high][CRC low][0x7E]. The deframer turns byte
 * chunks, cut anywhere, into blocks; garbage is skipped to the next sync byte and counted, never thrown.
 */
import { crc16 } from "./crc16.js";

export const MESSAGE_MIN = 5;
export const MESSAGE_MAX = 64;
export const MESSAGE_HEADER_SIZE = 2;
export const MESSAGE_TRAILER_SIZE = 3;
export const MESSAGE_PAYLOAD_MAX = MESSAGE_MAX - MESSAGE_MIN;
export const MESSAGE_DEST = 0x10;
export const MESSAGE_SEQ_MASK = 0x0f;
export const MESSAGE_SYNC = 0x7e;

/** Writes a block around `payload[0, length)` at `out[pos…]`; returns the position behind it. */
export function encodeBlockInto(out: Uint8Array, pos: number, sequence: number, payload: Uint8Array, length = payload.length): number {
  const start = pos;
  out[pos++] = length + MESSAGE_MIN;
  out[pos++] = (sequence & MESSAGE_SEQ_MASK) | MESSAGE_DEST;
  for (let i = 0; i < length; i++) out[pos++] = payload[i]!;
  const crc = crc16(out, start, pos);
  out[pos++] = crc >> 8;
  out[pos++] = crc & 0xff;
  out[pos++] = MESSAGE_SYNC;
  return pos;
}

/**
 * One block as bytes.
 * @throws RangeError when the payload is longer than 59 bytes
 */
export function encodeBlock(sequence: number, payload: Uint8Array): Uint8Array {
  if (payload.length > MESSAGE_PAYLOAD_MAX) throw new RangeError(`Message payload of ${payload.length} bytes exceeds the limit of ${MESSAGE_PAYLOAD_MAX}`);
  const out = new Uint8Array(payload.length + MESSAGE_MIN);
  encodeBlockInto(out, 0, sequence, payload);
  return out;
}

/** Called for each valid block; `buf[start, end)` is the payload, valid only during the call. */
export type BlockHandler = (sequence: number, buf: Uint8Array, start: number, end: number) => void;

/** The host's receiver: no answer to garbage, resynchronisation at the next sync byte. */
export class Deframer {
  /** Bytes that belonged to no valid block. */
  bytesInvalid = 0;
  readonly #onBlock: BlockHandler;
  readonly #onGarbage: ((bytes: number) => void) | undefined;
  #buf = new Uint8Array(4096);
  #length = 0;
  #needSync = false;

  constructor(onBlock: BlockHandler, onGarbage?: (bytes: number) => void) {
    this.#onBlock = onBlock;
    this.#onGarbage = onGarbage;
  }

  /** Takes the next chunk of the stream. */
  push(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      const take = Math.min(chunk.length - offset, this.#buf.length - this.#length);
      this.#buf.set(chunk.subarray(offset, offset + take), this.#length);
      this.#length += take;
      offset += take;
      this.#parse();
    }
  }

  #parse(): void {
    const buf = this.#buf;
    const length = this.#length;
    let pos = 0;
    try {
      while (pos < length) {
        if (this.#needSync) {
          const sync = buf.indexOf(MESSAGE_SYNC, pos);
          const end = sync < 0 || sync >= length ? length : sync + 1;
          this.#skip(end - pos);
          pos = end;
          if (sync >= 0 && sync < length) this.#needSync = false;
          continue;
        }
        if (buf[pos] === MESSAGE_SYNC) {
          // Extra sync bytes between blocks mean nothing.
          pos += 1;
          continue;
        }
        const size = blockSize(buf, pos, length);
        if (size === 0) break;
        if (size < 0) {
          this.#needSync = true;
          continue;
        }
        const start = pos;
        pos += size;
        this.#onBlock(buf[start + 1]! & MESSAGE_SEQ_MASK, buf, start + MESSAGE_HEADER_SIZE, pos - MESSAGE_TRAILER_SIZE);
      }
    } finally {
      // Also when the handler throws: a block is delivered once.
      if (pos > 0) {
        buf.copyWithin(0, pos, length);
        this.#length = length - pos;
      }
    }
  }

  #skip(bytes: number): void {
    if (bytes === 0) return;
    this.bytesInvalid += bytes;
    this.#onGarbage?.(bytes);
  }
}

/** Size of the valid block at `pos`; 0 when more bytes are needed, −1 when there is none. */
export function blockSize(buf: Uint8Array, pos: number, end: number): number {
  const available = end - pos;
  if (available < 1) return 0;
  const size = buf[pos]!;
  if (size < MESSAGE_MIN || size > MESSAGE_MAX) return -1;
  if (available >= 2 && (buf[pos + 1]! & ~MESSAGE_SEQ_MASK) !== MESSAGE_DEST) return -1;
  if (available < MESSAGE_MIN || available < size) return 0;
  if (buf[pos + size - 1] !== MESSAGE_SYNC) return -1;
  const crc = crc16(buf, pos, pos + size - MESSAGE_TRAILER_SIZE);
  return buf[pos + size - 3] === crc >> 8 && buf[pos + size - 2] === (crc & 0xff) ? size : -1;
}
