/**
 * The firmware's receive machine: finds message blocks in the byte stream, checks sequence numbers, answers with acks and naks.
 * One nak per burst of garbage, then silence until a valid block; every valid block out of sequence is nak'ed; a nak or ack is an
 * empty block with the sequence number that is expected next. Commands run before the ack is sent, with the number already advanced.
 */
import { crc16, MESSAGE_DEST, MESSAGE_HEADER_SIZE, MESSAGE_MAX, MESSAGE_MIN, MESSAGE_SEQ_MASK, MESSAGE_SYNC, MESSAGE_TRAILER_SIZE } from "../../host/wire/index.js";
import type { BlockOutcome } from "./firmware.js";

export interface ReceiverPort {
  /** Runs the commands of a block: `buf[start, end)`. */
  runBlock(buf: Uint8Array, start: number, end: number): BlockOutcome;
  /** Sends an empty block that carries `nextSequence`. */
  sendEmpty(): void;
}

export class Receiver {
  /** Byte 1 of the block that is expected next. */
  nextSequence = MESSAGE_DEST;
  /** Bytes that were lost because the receive buffer was full. */
  bytesLost = 0;
  /** Times that something was refused: garbage, or a block out of sequence. */
  naks = 0;
  private needSync = false;
  private needValid = false;
  private readonly buf: Uint8Array;
  private length = 0;
  private readonly port: ReceiverPort;
  private readonly rereadsBlockAfterShutdown: boolean;

  /** @param capacity bytes of the receive buffer */
  constructor(port: ReceiverPort, capacity: number, rereadsBlockAfterShutdown: boolean) {
    this.port = port;
    this.buf = new Uint8Array(capacity);
    this.rereadsBlockAfterShutdown = rereadsBlockAfterShutdown;
  }

  /** As after power-up. */
  reset(): void {
    this.nextSequence = MESSAGE_DEST;
    this.needSync = this.needValid = false;
    this.length = 0;
  }

  /** Takes bytes off the line; returns false when a command reset the MCU, so that the rest is lost. */
  push(data: Uint8Array): boolean {
    let offset = 0;
    while (offset < data.length) {
      const take = Math.min(data.length - offset, this.buf.length - this.length);
      if (take === 0) {
        this.bytesLost += data.length - offset;
        break;
      }
      this.buf.set(data.subarray(offset, offset + take), this.length);
      this.length += take;
      offset += take;
      if (!this.parse()) return false;
    }
    return true;
  }

  private parse(): boolean {
    const buf = this.buf;
    let pos = 0;
    while (pos < this.length) {
      const available = this.length - pos;
      if (this.needSync) {
        pos += this.skipToSync(pos);
        continue;
      }
      const size = this.blockSize(pos, available);
      if (size === 0) break;
      if (size < 0) {
        if (buf[pos] === MESSAGE_SYNC) {
          pos += 1;
        } else {
          this.needSync = true;
        }
        continue;
      }
      this.needValid = false;
      if (buf[pos + 1] !== this.nextSequence) {
        this.naks++;
        this.port.sendEmpty();
        pos += size;
        continue;
      }
      this.nextSequence = ((buf[pos + 1]! + 1) & MESSAGE_SEQ_MASK) | MESSAGE_DEST;
      const outcome = this.port.runBlock(buf, pos + MESSAGE_HEADER_SIZE, pos + size - MESSAGE_TRAILER_SIZE);
      if (outcome === "reset") return false;
      if (outcome === "done") this.port.sendEmpty();
      else if (this.rereadsBlockAfterShutdown) continue;
      pos += size;
    }
    buf.copyWithin(0, pos, this.length);
    this.length -= pos;
    return true;
  }

  /** Drops bytes through the next sync byte and sends the burst's nak; returns how many. */
  private skipToSync(pos: number): number {
    let end = pos;
    while (end < this.length && this.buf[end] !== MESSAGE_SYNC) end++;
    if (end < this.length) {
      this.needSync = false;
      end++;
    }
    if (!this.needValid) {
      this.needValid = true;
      this.naks++;
      this.port.sendEmpty();
    }
    return end - pos;
  }

  /** Size of the valid block at `pos`; 0 when more bytes are needed, −1 when there is none. */
  private blockSize(pos: number, available: number): number {
    const buf = this.buf;
    if (available < MESSAGE_MIN) return 0;
    const size = buf[pos]!;
    if (size < MESSAGE_MIN || size > MESSAGE_MAX) return -1;
    if ((buf[pos + 1]! & ~MESSAGE_SEQ_MASK) !== MESSAGE_DEST) return -1;
    if (available < size) return 0;
    if (buf[pos + size - 1] !== MESSAGE_SYNC) return -1;
    const crc = crc16(buf, pos, pos + size - MESSAGE_TRAILER_SIZE);
    return buf[pos + size - 3] === crc >> 8 && buf[pos + size - 2] === (crc & 0xff) ? size : -1;
  }
}
