/**
 * The transmit queue of one port. It lives beside the reactor, so a busy host does not delay what is queued.
 * This file only joins the parts and moves bytes; each question has a part that answers it:
 *
 *   which commands go next       Backlog          when a block leaves        departureClock
 *   what is on its way           AckWindow        when to wait no longer     RoundTripTimer
 *   what is repeated             ResendPolicy     how busy the line is       WireLoad
 *
 * None of them knows the time or the port. Times in s of the injected clock, clocks in MCU ticks.
 */
import type { Participant, SystemClock } from "../reactor/clock.js";
import { NEVER, NOW } from "../reactor/parker.js";
import { Deframer, MESSAGE_HEADER_SIZE, MESSAGE_MIN, MESSAGE_SYNC, MESSAGE_TRAILER_SIZE } from "../wire/index.js";
import { AckWindow, MAX_BLOCKS_IN_FLIGHT, type FlightBlock } from "./ack-window.js";
import { Backlog } from "./backlog.js";
import { BlockHistory } from "./block-history.js";
import { BlockWriter } from "./block-writer.js";
import { clockFromTime, type ClockEstimate } from "./clock-estimate.js";
import { CommandQueue } from "./command-queue.js";
import { NOT_PLANNED, boundedMinClock, departureClock } from "./departure.js";
import type { Port } from "./port.js";
import { ResendPolicy, type ResendCause } from "./resend-policy.js";
import { RoundTripTimer } from "./round-trip-timer.js";
import { WireLoad } from "./wire-load.js";

export { BACKGROUND_PRIORITY_CLOCK } from "./backlog.js";
export { CommandQueue } from "./command-queue.js";

/** Its loop sleeps whole units of so many per second, rounded up. */
const SLEEP_UNITS_PER_SECOND = 1000;

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

/** Sends commands in blocks, repeats what was lost, hands received messages on. */
export class SerialQueue implements Participant {
  readonly name: string;
  private readonly clock: SystemClock;
  private readonly port: Port;
  private readonly receiver: SerialQueueReceiver;
  private readonly deframer: Deframer;
  private readonly fastReaders: FastReader[] = [];

  private readonly backlog = new Backlog();
  private readonly window = new AckWindow();
  private readonly roundTrip = new RoundTripTimer();
  private readonly resend = new ResendPolicy();
  private readonly line = new WireLoad();
  private readonly writer = new BlockWriter(MAX_BLOCKS_IN_FLIGHT);
  private estimate: ClockEstimate = { freq: 0, convTime: 0, convClock: 0, lastClock: 0 };

  private isExited = false;
  /** When the loop wakes up, … */
  private deadline = NEVER;
  /** … when it then looks at the backlog (s), … */
  private lookAt = NEVER;
  /** … and the min_clock below which a new command makes it look earlier. */
  private newsBelow = NOT_PLANNED;

  private bytesWritten = 0;
  private bytesRead = 0;
  private bytesRepeated = 0;
  private bytesImpossible = 0;
  private readonly sentHistory = new BlockHistory<FlightBlock>();
  private readonly receivedHistory = new BlockHistory<LoggedBlock>();

  constructor(options: { name: string; clock: SystemClock; port: Port; receiver: SerialQueueReceiver }) {
    this.name = options.name;
    this.clock = options.clock;
    this.port = options.port;
    this.receiver = options.receiver;
    this.deframer = new Deframer((bits, buffer, start, end) => {
      if (!this.isExited) this.takeBlock(bits, buffer, start, end, this.clock.monotonic());
    });
    options.port.onData((data) => {
      if (this.isExited) return;
      this.deframer.push(data);
      this.run(this.clock.monotonic());
    });
    options.port.onClose(() => this.exit());
  }

  // ---- settings ----

  /** Speed of the line (bits per s, 10 per byte), for the estimate of transmission times. */
  setWireFrequency(baud: number): void {
    this.line.setBaud(baud);
  }

  /** Size (bytes) of the MCU's receive buffer. */
  setReceiveWindow(bytes: number): void {
    this.window.receiveBytes = bytes;
  }

  /** Line from which it is judged what clock the MCU has. */
  setClockEst(freq: number, convTime: number, convClock: number, lastClock: number): void {
    this.estimate = { freq, convTime, convClock, lastClock };
  }

  /** The current estimate; a value of its own, which later updates do not change. */
  getClockEst(): ClockEstimate {
    return this.estimate;
  }

  /** Adds a reader; the first whose prefix matches gets the message. */
  addFastReader(reader: FastReader): void {
    this.fastReaders.push(reader);
  }

  removeFastReader(reader: FastReader): void {
    const at = this.fastReaders.indexOf(reader);
    if (at >= 0) this.fastReaders.splice(at, 1);
  }

  // ---- commands ----

  allocCommandQueue(): CommandQueue {
    return new CommandQueue();
  }

  /**
   * Queues one command (id and arguments, ≤ 59 bytes).
   * @param minClock not to arrive before this clock; @param reqClock to arrive before this one (0: now)
   * @param notifyId reported through `onNotify` when its block is acknowledged; 0: not
   */
  send(queue: CommandQueue, command: Uint8Array, minClock: number, reqClock: number, notifyId = 0): void {
    queue.reserve();
    const start = queue.byteTail;
    queue.bytes.set(command, start);
    this.kick(this.enqueue(queue, start + command.length, minClock, reqClock, notifyId));
  }

  /**
   * Appends a command that was written at `queue.bytes[queue.byteTail]` (after `queue.reserve()`); answers its min_clock.
   * The first command of a batch must be passed to `kick`.
   */
  enqueue(queue: CommandQueue, byteEnd: number, minClock: number, reqClock: number, notifyId = 0): number {
    const bounded = boundedMinClock(minClock, reqClock);
    this.backlog.append(queue, byteEnd, bounded, reqClock, notifyId);
    return bounded;
  }

  /** Lets the loop look at new commands, of which the first has this min_clock. */
  kick(minClock: number): void {
    if (minClock >= this.newsBelow) return;
    this.newsBelow = 0;
    this.lookAt = NOW;
    this.deadline = Math.min(this.deadline, this.clock.monotonic());
  }

  // ---- the loop ----

  nextDeadline(): number {
    return this.isExited ? NEVER : this.deadline;
  }

  run(now: number): void {
    if (this.isExited) return;
    const cause = this.resend.due(now);
    if (cause !== undefined) this.repeatAll(cause, now);
    if (now >= this.lookAt) this.lookAt = this.sendDue(now);
    const wake = Math.min(this.resend.wake, this.lookAt);
    if (wake >= NEVER) this.deadline = NEVER;
    else this.deadline = now + Math.max(1, Math.ceil((wake - now) * SLEEP_UNITS_PER_SECOND)) / SLEEP_UNITS_PER_SECOND;
  }

  /** Ends all traffic; queued commands stay where they are and are dropped with the queues. */
  exit(): void {
    this.isExited = true;
  }

  get hasExited(): boolean {
    return this.isExited;
  }

  /** Writes the blocks that are due; answers when to look again (s). */
  private sendDue(now: number): number {
    let lookAt: number;
    while ((lookAt = this.nextDeparture(now)) === NOW) this.buildBlock(now);
    const unwritten = this.writer.length;
    if (unwritten > 0) {
      this.line.freeAt = this.line.leftAt(now, unwritten);
      this.bytesWritten += unwritten;
      this.port.write(this.writer.take());
    }
    return lookAt;
  }

  /** When the next block leaves: NOW, a later time (s), or NEVER. */
  private nextDeparture(now: number): number {
    if (!this.window.hasRoom) return NEVER;
    const unwritten = this.writer.length;
    const arrival = this.line.leftAt(now, unwritten + MESSAGE_MIN);
    const arrivalClock = clockFromTime(this.estimate, arrival);
    this.backlog.survey(arrivalClock);
    const departure = departureClock(this.backlog, this.estimate, unwritten > 0 ? arrival : this.line.freeAt);
    if (departure <= arrivalClock) return NOW;
    this.newsBelow = departure;
    if (departure === NOT_PLANNED) return NEVER;
    return arrival + (departure - arrivalClock) / this.estimate.freq;
  }

  private buildBlock(now: number): void {
    const writer = this.writer;
    const payloadEnd = this.backlog.fill(writer.buffer, writer.payloadStart, writer.payloadLimit, this.window);
    const bytes = writer.seal(this.window.next, payloadEnd);
    const sentTime = this.line.leftAt(now, writer.length);
    if (this.window.isEmpty) this.resend.arm(sentTime + this.roundTrip.timeout);
    this.roundTrip.begin(this.window.next);
    this.window.add({ bytes, writeTime: now, sentTime });
  }

  /** Writes everything unacknowledged again, behind a sync byte that ends whatever the MCU is in the middle of. */
  private repeatAll(cause: ResendCause, now: number): void {
    const { blocks, acked, next, bytes } = this.window;
    const out = new Uint8Array(1 + bytes);
    out[0] = MESSAGE_SYNC;
    let at = 1;
    for (const block of blocks) {
      out.set(block.bytes, at);
      at += block.bytes.length;
    }
    this.port.flushOutput?.();
    this.port.write(out);
    this.bytesRepeated += out.length;
    this.line.freeAt = now + this.line.seconds(out.length);

    if (cause === "timeout") this.roundTrip.backOff();
    this.roundTrip.abandon();
    this.resend.noteRepeat(cause, acked, next);
    this.resend.arm(now + this.roundTrip.timeout + this.line.seconds(1 + (blocks[0]?.bytes.length ?? -1)));
  }

  // ---- what arrives ----

  private takeBlock(bits: number, buffer: Uint8Array, start: number, end: number, now: number): void {
    const window = this.window;
    const length = end - start + MESSAGE_MIN;
    const sequence = window.locate(bits);
    if (sequence === undefined) {
      this.bytesImpossible += length;
      return;
    }
    this.bytesRead += length;
    if (sequence > window.acked) this.noteProgress(sequence, now);
    // An answer may precede the acknowledge of its own request, so it says one block less.
    const isAnswer = end > start;
    this.notify(isAnswer ? sequence - 1 : sequence, now);
    if (isAnswer) this.handOn(sequence, buffer, start, end, now - this.line.seconds(length));
    else if (!window.confirm(sequence) && !window.isEmpty) this.resend.complain(sequence);
  }

  private noteProgress(sequence: number, now: number): void {
    const window = this.window;
    for (const block of window.advance(sequence)) this.sentHistory.add(block);
    if (window.ackedSentTime !== 0) this.roundTrip.finish(sequence, now - window.ackedSentTime);
    const oldest = window.blocks[0];
    if (oldest === undefined) this.resend.disarm();
    else this.resend.arm(now + this.roundTrip.timeout + this.line.seconds(oldest.bytes.length));
    this.lookAt = NOW;
  }

  private notify(before: number, now: number): void {
    let id: number | undefined;
    while ((id = this.window.takeNotice(before)) !== undefined) {
      this.receiver.onNotify(id, this.window.ackedSentTime, now);
    }
  }

  private handOn(sequence: number, buffer: Uint8Array, start: number, end: number, receiveTime: number): void {
    const sentTime = this.resend.isUnambiguous(sequence) ? this.window.ackedSentTime : 0;
    this.receivedHistory.add({ payload: buffer.slice(start, end), sentTime, receiveTime });
    this.fastReaders.find(({ prefix }) => startsWith(buffer, start, end, prefix))?.handle(buffer, start, end);
    if (!this.isExited) this.receiver.onMessage(buffer, start, end, sentTime, receiveTime);
  }

  // ---- statistics ----

  /** Blocks sent and not acknowledged, and their bytes. */
  get outstanding(): { blocks: number; bytes: number } {
    return { blocks: this.window.blocks.length, bytes: this.window.bytes };
  }

  /** Kalico's statistics line. */
  stats(): string {
    const fields: Record<string, number | string> = {
      bytes_write: this.bytesWritten,
      bytes_read: this.bytesRead,
      bytes_retransmit: this.bytesRepeated,
      bytes_invalid: this.bytesImpossible + this.deframer.bytesInvalid,
      send_seq: this.window.next,
      receive_seq: this.window.acked,
      retransmit_seq: this.resend.repeatedBefore,
      srtt: this.roundTrip.smoothed.toFixed(3),
      rttvar: this.roundTrip.variation.toFixed(3),
      rto: this.roundTrip.timeout.toFixed(3),
      ready_bytes: this.backlog.readyBytes,
      upcoming_bytes: this.backlog.upcomingBytes,
    };
    return Object.entries(fields)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ");
  }

  /** The last acknowledged blocks and the last messages, oldest first. */
  recentBlocks(): { sent: LoggedBlock[]; received: LoggedBlock[] } {
    const sent = this.sentHistory.list().map(({ bytes, writeTime, sentTime }) => ({
      payload: bytes.subarray(MESSAGE_HEADER_SIZE, bytes.length - MESSAGE_TRAILER_SIZE),
      sentTime: writeTime,
      receiveTime: sentTime,
    }));
    return { sent, received: this.receivedHistory.list() };
  }
}

function startsWith(buffer: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  return end - start >= prefix.length && prefix.every((byte, index) => buffer[start + index] === byte);
}
