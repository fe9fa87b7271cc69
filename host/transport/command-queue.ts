/**
 * Commands of one source in the order in which they must reach the MCU, each with the clock before which it
 * may not leave and the clock by which it must arrive. The front part is *ready*: its min_clock has come.
 * Columns and one byte buffer instead of objects: step commands come by the hundred thousand.
 */

/** Longest command that fits a block (bytes). */
export const MAX_COMMAND_BYTES = 59;

const FIRST_CAPACITY = 64;

/** First-in first-out queue of encoded commands; only SerialQueue takes from it. */
export class CommandQueue {
  /** Bytes of the queued commands, back to back from `byteHead` to `byteTail`. */
  bytes = new Uint8Array(FIRST_CAPACITY * 16);
  byteHead = 0;
  byteTail = 0;
  /** Columns; entries `head`…`readyEnd` are ready, `readyEnd`…`tail` are upcoming. */
  lengths = new Uint8Array(FIRST_CAPACITY);
  minClocks = new Float64Array(FIRST_CAPACITY);
  reqClocks = new Float64Array(FIRST_CAPACITY);
  notifyIds = new Float64Array(FIRST_CAPACITY);
  head = 0;
  readyEnd = 0;
  tail = 0;

  get isEmpty(): boolean {
    return this.head === this.tail;
  }

  /** Number of commands waiting. */
  get size(): number {
    return this.tail - this.head;
  }

  /** Makes room for one command: afterwards up to 59 bytes may be written at `bytes[byteTail]`, then `commit`. */
  reserve(): void {
    if (this.tail === this.lengths.length) this.makeRoomForEntries();
    if (this.byteTail + MAX_COMMAND_BYTES > this.bytes.length) this.makeRoomForBytes();
  }

  /** Appends the command whose bytes end at `byteEnd`. */
  commit(byteEnd: number, minClock: number, reqClock: number, notifyId: number): void {
    const at = this.tail++;
    this.lengths[at] = byteEnd - this.byteTail;
    this.minClocks[at] = minClock;
    this.reqClocks[at] = reqClock;
    this.notifyIds[at] = notifyId;
    this.byteTail = byteEnd;
  }

  /** Removes the oldest command. */
  shift(): void {
    this.byteHead += this.lengths[this.head]!;
    this.head++;
    if (this.head === this.tail) this.clear();
  }

  clear(): void {
    this.head = this.readyEnd = this.tail = 0;
    this.byteHead = this.byteTail = 0;
  }

  private makeRoomForEntries(): void {
    const { head, tail } = this;
    const used = tail - head;
    const capacity = used * 2 > this.lengths.length ? this.lengths.length * 2 : this.lengths.length;
    this.lengths = moved(this.lengths, new Uint8Array(capacity), head, tail);
    this.minClocks = moved(this.minClocks, new Float64Array(capacity), head, tail);
    this.reqClocks = moved(this.reqClocks, new Float64Array(capacity), head, tail);
    this.notifyIds = moved(this.notifyIds, new Float64Array(capacity), head, tail);
    this.readyEnd -= head;
    this.head = 0;
    this.tail = used;
  }

  private makeRoomForBytes(): void {
    const { byteHead, byteTail } = this;
    const used = byteTail - byteHead;
    const capacity = used * 2 > this.bytes.length ? this.bytes.length * 2 : this.bytes.length;
    this.bytes = moved(this.bytes, new Uint8Array(capacity), byteHead, byteTail);
    this.byteHead = 0;
    this.byteTail = used;
  }
}

function moved<T extends Uint8Array | Float64Array>(from: T, to: T, start: number, end: number): T {
  to.set(from.subarray(start, end), 0);
  return to;
}
