/**
 * Which blocks are on their way. Sequence numbers count up without bound; the line carries four bits of them,
 * so a number heard is the first one at or after the last acknowledged that ends in these bits. Both ends may
 * start anywhere: until something was acknowledged, whatever the MCU says is believed.
 *
 * The window is full at 12 blocks, or when one block more might not fit the receive buffer of the MCU. A block
 * that only an answer acknowledged may still lie in that buffer; it is out when the empty block comes.
 */
import { MESSAGE_MAX } from "../wire/index.js";

/** Blocks that may be on their way at once; below 16, so that four bits tell them apart. */
export const MAX_BLOCKS_IN_FLIGHT = 12;
const FIRST_SEQUENCE = 1;
const SEQUENCE_SPAN = 16;

/** A block that was sent. */
export interface FlightBlock {
  readonly bytes: Uint8Array;
  /** Given to the port at (s). */
  readonly writeTime: number;
  /** Estimated end of its transmission (s). */
  readonly sentTime: number;
}

/** What waits for the acknowledge of a block. */
interface Notice {
  readonly sequence: number;
  readonly id: number;
}

/** Sequence numbers, blocks and bytes between the two ends of a line. */
export class AckWindow {
  /** Size of the MCU's receive buffer (bytes); 0: not to be accounted for. */
  receiveBytes = 0;
  /** Sequence of the next block to send. */
  next = FIRST_SEQUENCE;
  /** Everything before this sequence has arrived. */
  acked = FIRST_SEQUENCE;
  /** Bytes on their way. */
  bytes = 0;
  /** End of transmission (s) of the block acknowledged last; 0: none of ours. */
  ackedSentTime = 0;
  private flight: FlightBlock[] = [];
  private notices: Notice[] = [];
  /** As `acked`, said by an empty block. */
  private confirmed = 0;
  private ackedBytes = 0;

  /** Blocks on their way, oldest first. */
  get blocks(): readonly FlightBlock[] {
    return this.flight;
  }

  get isEmpty(): boolean {
    return this.flight.length === 0;
  }

  /** Whether one block more may leave. */
  get hasRoom(): boolean {
    const unacked = this.next - this.acked;
    if (unacked >= MAX_BLOCKS_IN_FLIGHT) return false;
    if (unacked === 0 || this.receiveBytes === 0) return true;
    const lingering = this.confirmed < this.acked ? this.ackedBytes : 0;
    return this.bytes + lingering + MESSAGE_MAX <= this.receiveBytes;
  }

  /** Takes a block with the sequence `next` into the window. */
  add(block: FlightBlock): void {
    this.flight.push(block);
    this.bytes += block.bytes.length;
    this.next++;
  }

  /** Remembers who wants to know when the block of sequence `next` has arrived. */
  await(id: number): void {
    this.notices.push({ sequence: this.next, id });
  }

  /** The sequence that four bits on the line mean; undefined when it cannot be. */
  locate(bits: number): number | undefined {
    const sequence = this.acked + ((bits - this.acked) & (SEQUENCE_SPAN - 1));
    const isPossible = sequence === this.acked || sequence <= this.next || this.acked === FIRST_SEQUENCE;
    return isPossible ? sequence : undefined;
  }

  /** Everything before `sequence` (> `acked`) has arrived. Answers with the blocks that this retires. */
  advance(sequence: number): readonly FlightBlock[] {
    const retired = this.flight.splice(0, sequence - this.acked);
    for (const block of retired) this.bytes -= block.bytes.length;
    const last = retired.at(-1);
    if (last !== undefined) this.ackedBytes = last.bytes.length;
    if (sequence > this.next) {
      // The MCU speaks of more than was ever sent: its count is adopted.
      this.next = sequence;
      this.ackedSentTime = 0;
    } else {
      this.ackedSentTime = last?.sentTime ?? 0;
    }
    this.acked = sequence;
    return retired;
  }

  /** An empty block said `sequence`. False when one did before: the MCU complains. */
  confirm(sequence: number): boolean {
    if (sequence <= this.confirmed) return false;
    this.confirmed = sequence;
    return true;
  }

  /** Next id that waits for a block before `sequence`; undefined: no more. */
  takeNotice(sequence: number): number | undefined {
    const first = this.notices[0];
    if (first === undefined || first.sequence >= sequence) return undefined;
    this.notices.shift();
    return first.id;
  }
}
