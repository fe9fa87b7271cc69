/**
 * The transmit queue of one port: takes commands with clocks, sends them in blocks no earlier than needed
 * and in order of urgency, keeps what is unacknowledged, and repeats it on a nak or a timeout. It lives beside
 * the reactor (Kalico runs it in a thread of its own), so a busy host does not delay blocks already queued.
 *
 * When does a block leave? A command is *ready* when its min_clock has come at the MCU by the time the line
 * could deliver it. A block leaves when it can be filled (59 ready bytes) or when the most urgent ready command
 * is due in less than 0.1 s. So step commands cross the line about 0.1 s before their clock, in full
 * blocks: that is the slack that protects a print from a host that stalls.
 *
 * Sequence numbers count up without bound, of which the line carries four bits; both ends start anywhere, and
 * while nothing was acknowledged (`receiveSeq` 1) any block of the MCU is believed. An empty block that repeats
 * an acknowledge is a nak. Times in s of the injected clock, clocks in MCU ticks.
 */
import type { Participant, SystemClock } from "../reactor/clock.js";
import { NEVER, NOW } from "../reactor/parker.js";
import { Deframer, crc16 } from "../wire/index.js";
import { clockFromTime, type ClockEstimate } from "./clock-estimate.js";
import { CommandQueue } from "./command-queue.js";
import type { Port } from "./port.js";

export { CommandQueue } from "./command-queue.js";

/** A req_clock of "when the line is idle": it counts as 0.105 s from now, just outside what is sent at once. */
export const BACKGROUND_PRIORITY_CLOCK = 0x7fffffff * 2 ** 32;

const MIN_RTO = 0.025;
const MAX_RTO = 5;
const MAX_PENDING_BLOCKS = 12;
/** How long before its req_clock a command is sent at the latest (s). */
const MIN_REQTIME_DELTA = 0.1;
const MIN_BACKGROUND_DELTA = 0.005;
/** Nothing reaches an MCU more ticks early than this, so that 31-bit comparisons hold. */
const MAX_CLOCK_LEAD = 3 * 2 ** 29;
const FAR_CLOCK = 2 ** 63;

const MESSAGE_MIN = 5;
const MESSAGE_MAX = 64;
const MESSAGE_HEADER = 2;
const MESSAGE_TRAILER = 3;
const MESSAGE_PAYLOAD_MAX = MESSAGE_MAX - MESSAGE_MIN;
const MESSAGE_DEST = 0x10;
const MESSAGE_SYNC = 0x7e;
/** Blocks kept for the dump after a shutdown. */
const DEBUG_BLOCKS = 100;

interface SentBlock {
  readonly bytes: Uint8Array;
  /** Written to the port (s). */
  readonly writeTime: number;
  /** Estimated end of its transmission (s). */
  readonly sentTime: number;
}

/** A block as the dump shows it. */
export interface LoggedBlock {
  readonly payload: Uint8Array;
  readonly sentTime: number;
  readonly receiveTime: number;
}

/** A handler that sees matching messages before all others, with no parsing in between. */
export interface FastReader {
  /** First bytes of the payload: id and oid. */
  readonly prefix: Uint8Array;
  handle(buffer: Uint8Array, start: number, end: number): void;
}

/** Who gets what the port receives. `sentTime` is 0 when the request was repeated. */
export interface SerialQueueReceiver {
  onMessage(buffer: Uint8Array, start: number, end: number, sentTime: number, receiveTime: number): void;
  onNotify(notifyId: number, sentTime: number, receiveTime: number): void;
}

/** Kalico's serialqueue. */
export class SerialQueue implements Participant {
  readonly name: string;
  private readonly clock: SystemClock;
  private readonly port: Port;
  private readonly receiver: SerialQueueReceiver;
  private readonly deframer: Deframer;
  private isExited = false;

  // Wake times; a poll of millisecond granularity lies between them and `deadline`.
  private commandWake = NEVER;
  private retransmitWake = NEVER;
  private deadline = NEVER;

  private byteSeconds = 0;
  private receiveWindow = 0;
  private idleTime = 0;
  private estimate: ClockEstimate = { freq: 0, convTime: 0, convClock: 0, lastClock: 0 };

  private sendSeq = 1;
  private receiveSeq = 1;
  private ignoreNakSeq = 0;
  private lastAckSeq = 0;
  private retransmitSeq = 0;
  private rttSampleSeq = 0;
  private lastReceiveSentTime = 0;
  private lastAckBytes = 0;
  private needAckBytes = 0;
  private sent: SentBlock[] = [];
  private srtt = 0;
  private rttvar = 0;
  private rto = MIN_RTO;

  private readonly pending: CommandQueue[] = [];
  private readyBytes = 0;
  private upcomingBytes = 0;
  private needKickClock = FAR_CLOCK;
  private notifications: { seq: number; id: number }[] = [];
  private readonly fastReaders: FastReader[] = [];
  private readonly block = new Uint8Array(MESSAGE_MAX * MAX_PENDING_BLOCKS);

  private bytesWrite = 0;
  private bytesRead = 0;
  private bytesRetransmit = 0;
  private bytesOutOfOrder = 0;
  private oldSent: SentBlock[] = [];
  private oldReceived: LoggedBlock[] = [];

  constructor(options: { name: string; clock: SystemClock; port: Port; receiver: SerialQueueReceiver }) {
    this.name = options.name;
    this.clock = options.clock;
    this.port = options.port;
    this.receiver = options.receiver;
    this.deframer = new Deframer((seq, buffer, start, end) => this.handleBlock(seq, buffer, start, end));
    this.port.onData((data) => this.handleData(data));
    this.port.onClose(() => this.exit());
  }

  // ---- settings ----

  /** Speed of the line (bits per s, 10 per byte), for the estimate of transmission times. */
  setWireFrequency(baud: number): void {
    this.byteSeconds = 10 / baud;
  }

  /** Size (bytes) of the MCU's receive buffer. */
  setReceiveWindow(bytes: number): void {
    this.receiveWindow = bytes;
  }

  /** Line from which it is judged what clock the MCU has. */
  setClockEst(freq: number, convTime: number, convClock: number, lastClock: number): void {
    this.estimate = { freq, convTime, convClock, lastClock };
  }

  /** The current estimate; a value of its own, which later updates do not change. */
  getClockEst(): ClockEstimate {
    return this.estimate;
  }

  // ---- sending ----

  allocCommandQueue(): CommandQueue {
    return new CommandQueue();
  }

  /**
   * Queues one command (id and arguments, ≤ 59 bytes).
   * @param minClock not to leave before the MCU has this clock; @param reqClock to arrive before this one (0: now)
   * @param notifyId reported through `onNotify` when its block is acknowledged; 0: not
   */
  send(queue: CommandQueue, command: Uint8Array, minClock: number, reqClock: number, notifyId = 0): void {
    queue.reserve();
    queue.bytes.set(command, queue.byteTail);
    const start = this.enqueue(queue, queue.byteTail + command.length, minClock, reqClock, notifyId);
    this.kick(start);
  }

  /**
   * Appends a command that was written at `queue.bytes[queue.byteTail]` (after `queue.reserve()`); answers its min_clock.
   * The first command of a batch must be passed to `kick`.
   */
  enqueue(queue: CommandQueue, byteEnd: number, minClock: number, reqClock: number, notifyId = 0): number {
    if (queue.isEmpty) this.pending.push(queue);
    this.upcomingBytes += byteEnd - queue.byteTail;
    const clamped =
      minClock + MAX_CLOCK_LEAD < reqClock && reqClock !== BACKGROUND_PRIORITY_CLOCK ? reqClock - MAX_CLOCK_LEAD : minClock;
    queue.commit(byteEnd, clamped, reqClock, notifyId);
    return clamped;
  }

  /** Wakes the queue when a command of this min_clock is news to it. */
  kick(minClock: number): void {
    if (minClock >= this.needKickClock) return;
    this.needKickClock = 0;
    this.commandWake = NOW;
    const now = this.clock.monotonic();
    if (now < this.deadline) this.deadline = now;
  }

  // ---- receiving ----

  addFastReader(reader: FastReader): void {
    this.fastReaders.push(reader);
  }

  removeFastReader(reader: FastReader): void {
    const at = this.fastReaders.indexOf(reader);
    if (at >= 0) this.fastReaders.splice(at, 1);
  }

  private handleData(data: Uint8Array): void {
    if (this.isExited) return;
    this.deframer.push(data);
    if (!this.isExited) this.poll(this.clock.monotonic());
  }

  private handleBlock(seq: number, buffer: Uint8Array, start: number, end: number): void {
    if (this.isExited) return;
    const eventTime = this.clock.monotonic();
    const length = end - start + MESSAGE_MIN;
    const rseq = this.receiveSeq + ((seq - this.receiveSeq) & 0x0f);
    if (rseq !== this.receiveSeq) {
      if (rseq > this.sendSeq && this.receiveSeq !== 1) {
        this.bytesOutOfOrder += length;
        return;
      }
      this.updateReceiveSeq(eventTime, rseq);
    }
    this.bytesRead += length;
    // A response may precede the acknowledge of its own request, so it says one block less.
    this.notifyUpTo(rseq - 1 - (length > MESSAGE_MIN ? 1 : 0), eventTime);
    if (length === MESSAGE_MIN) {
      if (this.lastAckSeq < rseq) this.lastAckSeq = rseq;
      else if (rseq > this.ignoreNakSeq && this.sent.length > 0) this.retransmitWake = NOW;
      return;
    }
    const sentTime = rseq > this.retransmitSeq ? this.lastReceiveSentTime : 0;
    const receiveTime = eventTime - this.lineSeconds(length);
    this.logReceived({ payload: buffer.slice(start, end), sentTime, receiveTime });
    for (const reader of this.fastReaders) {
      if (!startsWith(buffer, start, end, reader.prefix)) continue;
      reader.handle(buffer, start, end);
      break;
    }
    if (!this.isExited) this.receiver.onMessage(buffer, start, end, sentTime, receiveTime);
  }

  private notifyUpTo(seq: number, eventTime: number): void {
    while (this.notifications.length > 0 && this.notifications[0]!.seq <= seq) {
      const { id } = this.notifications.shift()!;
      this.receiver.onNotify(id, this.lastReceiveSentTime, eventTime);
    }
  }

  /** Retires the blocks before `rseq`, samples the round trip time, re-arms the retransmit timer. */
  private updateReceiveSeq(eventTime: number, rseq: number): void {
    let sentSeq = this.receiveSeq;
    for (;;) {
      const block = this.sent.shift();
      if (block === undefined) {
        // An acknowledge for what was never sent: the first contact, adopt the MCU's sequence.
        this.sendSeq = rseq;
        this.lastReceiveSentTime = 0;
        break;
      }
      this.needAckBytes -= block.bytes.length;
      this.logSent(block);
      sentSeq++;
      if (rseq === sentSeq) {
        this.lastReceiveSentTime = block.sentTime;
        this.lastAckBytes = block.bytes.length;
        break;
      }
    }
    this.receiveSeq = rseq;
    this.commandWake = NOW;
    if (this.rttSampleSeq !== 0 && rseq > this.rttSampleSeq && this.lastReceiveSentTime !== 0) {
      this.sampleRoundTrip(eventTime - this.lastReceiveSentTime);
      this.rttSampleSeq = 0;
    }
    const first = this.sent[0];
    this.retransmitWake = first === undefined ? NEVER : eventTime + this.rto + this.lineSeconds(first.bytes.length);
  }

  /** RFC 6298, with a cautious first value. */
  private sampleRoundTrip(delta: number): void {
    if (this.srtt === 0) {
      this.rttvar = delta / 2;
      this.srtt = delta * 10;
    } else {
      this.rttvar = (3 * this.rttvar + Math.abs(this.srtt - delta)) / 4;
      this.srtt = (7 * this.srtt + delta) / 8;
    }
    this.rto = Math.min(MAX_RTO, Math.max(MIN_RTO, this.srtt + Math.max(0.001, this.rttvar * 4)));
  }

  // ---- the loop ----

  nextDeadline(): number {
    return this.isExited ? NEVER : this.deadline;
  }

  run(now: number): void {
    if (!this.isExited) this.poll(now);
  }

  /** Ends all traffic; queued commands stay where they are and are dropped with the queues. */
  exit(): void {
    this.isExited = true;
    this.deadline = NEVER;
  }

  get hasExited(): boolean {
    return this.isExited;
  }

  private poll(eventTime: number): void {
    if (eventTime >= this.retransmitWake) this.retransmitWake = this.retransmit(eventTime, this.retransmitWake === NOW);
    if (eventTime >= this.commandWake) this.commandWake = this.sendDue(eventTime);
    const next = Math.min(this.retransmitWake, this.commandWake);
    if (next >= NEVER) {
      this.deadline = NEVER;
      return;
    }
    // The poll sleeps whole milliseconds, rounded up.
    this.deadline = eventTime + Math.max(1, Math.ceil((next - eventTime) * 1000)) / 1000;
  }

  private retransmit(eventTime: number, isNak: boolean): number {
    this.port.flushOutput?.();
    const length = 1 + this.sent.reduce((sum, block) => sum + block.bytes.length, 0);
    const out = new Uint8Array(length);
    out[0] = MESSAGE_SYNC;
    let at = 1;
    for (const block of this.sent) {
      out.set(block.bytes, at);
      at += block.bytes.length;
    }
    this.port.write(out);
    this.bytesRetransmit += length;
    if (isNak) {
      // A second nak for one retransmit is followed once more, a third is not.
      this.ignoreNakSeq = this.receiveSeq < this.retransmitSeq ? this.retransmitSeq : this.receiveSeq;
    } else {
      this.rto = Math.min(MAX_RTO, this.rto * 2);
      this.ignoreNakSeq = this.sendSeq;
    }
    this.retransmitSeq = this.sendSeq;
    this.rttSampleSeq = 0;
    this.idleTime = eventTime + this.lineSeconds(length);
    const first = this.sent[0];
    return eventTime + this.rto + this.lineSeconds(first === undefined ? 0 : first.bytes.length + 1);
  }

  /** Sends all blocks that are due; answers when to look again. */
  private sendDue(eventTime: number): number {
    let length = 0;
    for (;;) {
      const wake = this.nextSendTime(length, eventTime);
      if (wake !== NOW || length + MESSAGE_MAX > this.block.length) {
        if (length > 0) {
          this.port.write(this.block.slice(0, length));
          this.bytesWrite += length;
          this.idleTime = Math.max(eventTime, this.idleTime) + this.lineSeconds(length);
          length = 0;
        }
        if (wake !== NOW) return wake;
      }
      length += this.buildBlock(length, eventTime);
    }
  }

  /** When the next block is to leave: NOW, a time (s), or NEVER until an acknowledge or a new command. */
  private nextSendTime(unwritten: number, eventTime: number): number {
    if (this.sendSeq - this.receiveSeq >= MAX_PENDING_BLOCKS) return NEVER;
    if (this.sendSeq > this.receiveSeq && this.receiveWindow !== 0) {
      let needAck = this.needAckBytes + MESSAGE_MAX;
      if (this.lastAckSeq < this.receiveSeq) needAck += this.lastAckBytes;
      if (needAck > this.receiveWindow) return NEVER;
    }
    const { estimate, pending } = this;
    const lineFree = Math.max(eventTime, this.idleTime) + this.lineSeconds(unwritten + MESSAGE_MIN);
    const ackClock = clockFromTime(estimate, lineFree);
    let stalledClock = FAR_CLOCK;
    let readyClock = FAR_CLOCK;
    for (let index = 0; index < pending.length; index++) {
      const queue = pending[index]!;
      const { minClocks, lengths, tail } = queue;
      let readyEnd = queue.readyEnd;
      while (readyEnd < tail) {
        const minClock = minClocks[readyEnd]!;
        if (ackClock < minClock) {
          if (minClock < stalledClock) stalledClock = minClock;
          break;
        }
        const bytes = lengths[readyEnd]!;
        this.upcomingBytes -= bytes;
        this.readyBytes += bytes;
        readyEnd++;
      }
      queue.readyEnd = readyEnd;
      if (readyEnd > queue.head) {
        let reqClock = queue.reqClocks[queue.head]!;
        if (reqClock === BACKGROUND_PRIORITY_CLOCK) {
          const idle = unwritten > 0 ? lineFree : this.idleTime;
          reqClock = clockFromTime(estimate, idle + MIN_REQTIME_DELTA + MIN_BACKGROUND_DELTA);
        }
        if (reqClock < readyClock) readyClock = reqClock;
      }
    }
    if (this.readyBytes >= MESSAGE_PAYLOAD_MAX) return NOW;
    if (estimate.freq === 0) {
      if (this.readyBytes > 0) return NOW;
      this.needKickClock = FAR_CLOCK;
      return NEVER;
    }
    const leadTicks = Math.trunc(MIN_REQTIME_DELTA * estimate.freq);
    if (readyClock <= ackClock + leadTicks) return NOW;
    const wantClock = Math.min(readyClock - leadTicks, stalledClock);
    this.needKickClock = wantClock;
    return Math.min(NEVER, lineFree + (wantClock - ackClock) / estimate.freq);
  }

  /** Fills one block with the most urgent ready commands; answers its length. */
  private buildBlock(start: number, eventTime: number): number {
    const { block, pending } = this;
    const payloadEnd = start + MESSAGE_MAX - MESSAGE_TRAILER;
    let at = start + MESSAGE_HEADER;
    while (this.readyBytes > 0) {
      let index = -1;
      let urgent = Infinity;
      for (let i = 0; i < pending.length; i++) {
        const queue = pending[i]!;
        if (queue.readyEnd > queue.head) {
          const reqClock = queue.reqClocks[queue.head]!;
          if (reqClock < urgent) {
            urgent = reqClock;
            index = i;
          }
        }
      }
      const queue = pending[index]!;
      const bytes = queue.lengths[queue.head]!;
      if (at + bytes > payloadEnd) break;
      const from = queue.byteHead;
      const source = queue.bytes;
      for (let i = 0; i < bytes; i++) block[at + i] = source[from + i]!;
      at += bytes;
      this.readyBytes -= bytes;
      const notifyId = queue.notifyIds[queue.head]!;
      if (notifyId !== 0) this.notifications.push({ seq: this.sendSeq, id: notifyId });
      queue.shift();
      if (queue.isEmpty) pending.splice(index, 1);
    }
    const length = at + MESSAGE_TRAILER - start;
    block[start] = length;
    block[start + 1] = MESSAGE_DEST | (this.sendSeq & 0x0f);
    const crc = crc16(block, start, at);
    block[at] = crc >> 8;
    block[at + 1] = crc & 0xff;
    block[at + 2] = MESSAGE_SYNC;
    const sentTime = Math.max(eventTime, this.idleTime) + this.lineSeconds(start + length);
    if (this.sent.length === 0) this.retransmitWake = sentTime + this.rto;
    if (this.rttSampleSeq === 0) this.rttSampleSeq = this.sendSeq;
    this.sendSeq++;
    this.needAckBytes += length;
    this.sent.push({ bytes: block.slice(start, start + length), writeTime: eventTime, sentTime });
    return length;
  }

  /** Time (s) that so many bytes take on the line; 0 while its speed is unknown. */
  private lineSeconds(bytes: number): number {
    return this.byteSeconds * bytes;
  }

  // ---- statistics ----

  /** Blocks sent and not acknowledged, and their bytes. */
  get outstanding(): { blocks: number; bytes: number } {
    return { blocks: this.sent.length, bytes: this.needAckBytes };
  }

  /** Kalico's statistics line. */
  stats(): string {
    return (
      `bytes_write=${this.bytesWrite} bytes_read=${this.bytesRead}` +
      ` bytes_retransmit=${this.bytesRetransmit} bytes_invalid=${this.bytesOutOfOrder + this.deframer.bytesInvalid}` +
      ` send_seq=${this.sendSeq} receive_seq=${this.receiveSeq} retransmit_seq=${this.retransmitSeq}` +
      ` srtt=${this.srtt.toFixed(3)} rttvar=${this.rttvar.toFixed(3)} rto=${this.rto.toFixed(3)}` +
      ` ready_bytes=${this.readyBytes} upcoming_bytes=${this.upcomingBytes}`
    );
  }

  /** The last acknowledged blocks and the last messages, oldest first. */
  recentBlocks(): { sent: LoggedBlock[]; received: LoggedBlock[] } {
    const sent = this.oldSent.slice(-DEBUG_BLOCKS).map((block) => ({
      payload: block.bytes.subarray(MESSAGE_HEADER, block.bytes.length - MESSAGE_TRAILER),
      sentTime: block.writeTime,
      receiveTime: block.sentTime,
    }));
    return { sent, received: this.oldReceived.slice(-DEBUG_BLOCKS) };
  }

  private logSent(block: SentBlock): void {
    this.oldSent.push(block);
    if (this.oldSent.length >= 2 * DEBUG_BLOCKS) this.oldSent = this.oldSent.slice(-DEBUG_BLOCKS);
  }

  private logReceived(block: LoggedBlock): void {
    this.oldReceived.push(block);
    if (this.oldReceived.length >= 2 * DEBUG_BLOCKS) this.oldReceived = this.oldReceived.slice(-DEBUG_BLOCKS);
  }
}

function startsWith(buffer: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (buffer[start + i] !== prefix[i]) return false;
  return true;
}
