/**
 * The far end of a line for tests of the transmit queue: a receive machine as the firmware has it (sequence
 * check, one nak per garbage, acknowledge after execution) behind a delay, with a hook that damages what
 * passes. Commands are one byte of length and so many bytes.
 */
import type { Participant, VirtualClock } from "../../reactor/clock.js";
import { NEVER } from "../../reactor/parker.js";
import { MESSAGE_MIN, MESSAGE_SYNC, blockSize, encodeBlock } from "../../wire/index.js";
import type { Port } from "../port.js";

/** One block that the peer executed. */
export interface ExecutedBlock {
  time: number;
  payload: Uint8Array;
}

/** Runs participants in time order until `until` (s). */
export function runWorld(clock: VirtualClock, participants: readonly Participant[], until: number): void {
  for (let steps = 0; steps < 1_000_000; steps++) {
    let next: Participant | undefined;
    let best = Infinity;
    for (const participant of participants) {
      const deadline = participant.nextDeadline();
      if (deadline < best) {
        best = deadline;
        next = participant;
      }
    }
    if (next === undefined || best > until || best >= NEVER) break;
    clock.now = Math.max(clock.now, best);
    void next.run(clock.now);
  }
  clock.now = Math.max(clock.now, until);
}

/** Far end and line in one. */
export class LinePeer implements Participant {
  readonly name = "peer";
  readonly port: Port;
  readonly executed: ExecutedBlock[] = [];
  /** What the host wrote, with the time of each write. */
  readonly writes: { time: number; data: Uint8Array }[] = [];
  /** Sequence that the peer expects next (4 bits). */
  nextSeq: number;
  /** Answers for a block, sent before its acknowledge. */
  respond: (payload: Uint8Array) => Uint8Array[] = () => [];
  /** May damage or drop (undefined) what the host writes. */
  damage: (data: Uint8Array) => Uint8Array | undefined = (data) => data;
  /** The same for what the host is to hear. */
  damageReply: (data: Uint8Array) => Uint8Array | undefined = (data) => data;
  /** False: blocks are executed and never acknowledged. */
  isTalking = true;

  private readonly clock: VirtualClock;
  private readonly delay: number;
  private readonly inFlight: { time: number; deliver: () => void }[] = [];
  private dataCallback: (data: Uint8Array) => void = () => {};
  private input = new Uint8Array(0);
  private needSync = false;
  private needValid = false;

  constructor(clock: VirtualClock, options: { delay?: number; nextSeq?: number } = {}) {
    this.clock = clock;
    this.delay = options.delay ?? 0.001;
    this.nextSeq = options.nextSeq ?? 1;
    this.port = {
      write: (data) => {
        this.writes.push({ time: clock.now, data });
        const arriving = this.damage(data.slice());
        if (arriving !== undefined) this.later(() => this.receive(arriving));
      },
      onData: (callback) => (this.dataCallback = callback),
      onClose: () => {},
      close: () => {},
    };
  }

  nextDeadline(): number {
    return this.inFlight[0]?.time ?? NEVER;
  }

  run(now: number): void {
    while (this.inFlight.length > 0 && this.inFlight[0]!.time <= now) this.inFlight.shift()!.deliver();
  }

  /** Sends bytes to the host. */
  transmit(data: Uint8Array): void {
    const arriving = this.damageReply(data.slice());
    if (arriving !== undefined) this.later(() => this.dataCallback(arriving));
  }

  private later(deliver: () => void): void {
    this.inFlight.push({ time: this.clock.now + this.delay, deliver });
  }

  private receive(data: Uint8Array): void {
    const joined = new Uint8Array(this.input.length + data.length);
    joined.set(this.input);
    joined.set(data, this.input.length);
    this.input = joined;
    for (;;) {
      if (this.needSync) {
        const sync = this.input.indexOf(MESSAGE_SYNC);
        this.input = sync < 0 ? new Uint8Array(0) : this.input.subarray(sync + 1);
        if (sync < 0) return;
        this.needSync = false;
      }
      if (this.input.length < MESSAGE_MIN && this.input[0] !== MESSAGE_SYNC) return;
      const size = blockSize(this.input, 0, this.input.length);
      if (size === 0) return;
      if (size < 0) {
        if (this.input[0] === MESSAGE_SYNC) {
          this.input = this.input.subarray(1);
          continue;
        }
        this.needSync = true;
        if (!this.needValid) {
          this.needValid = true;
          this.answer(new Uint8Array(0));
        }
        continue;
      }
      this.needValid = false;
      const seq = this.input[1]! & 0x0f;
      const payload = this.input.slice(2, size - 3);
      this.input = this.input.subarray(size);
      if (seq !== this.nextSeq) {
        this.answer(new Uint8Array(0));
        continue;
      }
      this.nextSeq = (seq + 1) & 0x0f;
      this.executed.push({ time: this.clock.now, payload });
      for (const response of this.respond(payload)) this.answer(response);
      this.answer(new Uint8Array(0));
    }
  }

  private answer(payload: Uint8Array): void {
    if (this.isTalking) this.transmit(encodeBlock(this.nextSeq, payload));
  }
}
