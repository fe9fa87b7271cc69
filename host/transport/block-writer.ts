/**
 * Blocks that leave in one write, built in place: payload first, then header and checksum around it.
 */
import { MESSAGE_DEST, MESSAGE_HEADER_SIZE, MESSAGE_MAX, MESSAGE_SEQ_MASK, MESSAGE_SYNC, MESSAGE_TRAILER_SIZE, crc16 } from "../wire/index.js";

/** A buffer for so many full blocks. */
export class BlockWriter {
  readonly buffer: Uint8Array;
  /** Bytes of the finished blocks. */
  length = 0;

  constructor(blocks: number) {
    this.buffer = new Uint8Array(MESSAGE_MAX * blocks);
  }

  /** Where the payload of the next block begins … */
  get payloadStart(): number {
    return this.length + MESSAGE_HEADER_SIZE;
  }

  /** … and where it ends at the latest. */
  get payloadLimit(): number {
    return this.length + MESSAGE_MAX - MESSAGE_TRAILER_SIZE;
  }

  /** Closes the block whose payload ends at `payloadEnd`; answers with a copy of it. */
  seal(sequence: number, payloadEnd: number): Uint8Array {
    const { buffer, length: start } = this;
    const end = payloadEnd + MESSAGE_TRAILER_SIZE;
    buffer[start] = end - start;
    buffer[start + 1] = MESSAGE_DEST | (sequence & MESSAGE_SEQ_MASK);
    const sum = crc16(buffer, start, payloadEnd);
    buffer[payloadEnd] = sum >> 8;
    buffer[payloadEnd + 1] = sum & 0xff;
    buffer[payloadEnd + 2] = MESSAGE_SYNC;
    this.length = end;
    return buffer.slice(start, end);
  }

  /** Copy of all finished blocks; empties the buffer. */
  take(): Uint8Array {
    const bytes = this.buffer.slice(0, this.length);
    this.length = 0;
    return bytes;
  }
}
