/**
 * The line between a host and a simulated MCU: bytes take time to travel (10 bits each at the baud rate, plus latency, plus the wait for
 * the next frame on lines that send in frames), in order, each way on its own. What a host writes in one go is delivered block
 * by block, each when its last byte is there. The host's end has the shape of a port.
 */
import { MESSAGE_MAX, MESSAGE_MIN } from "../host/wire/index.js";
import type { LinkFaults } from "./faults/link-faults.js";

const NEVER = 9999999999999999;

/** What the host holds: the same shape as its ports. */
export interface LinkPort {
  write(data: Uint8Array): void;
  onData(callback: (data: Uint8Array) => void): void;
  onClose(callback: () => void): void;
  setBaud(baud: number): void;
  close(): void;
}

/** What the link needs of an MCU. */
export interface LinkedMcu {
  readonly name: string;
  /** Gives the baud rate where the link names none. */
  readonly board?: { readonly serialBaud?: number };
  receive(data: Uint8Array, now: number): void;
  onTransmit: (data: Uint8Array, now: number) => void;
}

export interface SimLinkOptions {
  mcu: LinkedMcu;
  /** Bits per second, by default the board's; 0 or none: bytes take no time (USB, pty). */
  baud?: number;
  /** Seconds from the end of a transmission to its arrival. */
  latency?: number;
  /** Seconds between frames: what is sent travels with the next one. 0: at once. */
  frameInterval?: number;
  /** The world's clock, seconds. */
  clock: { now: number };
  faults?: LinkFaults;
}

/** Latency of a wire or a USB transaction. */
const DEFAULT_LATENCY = 0.0001;
/** 8 data bits, start and stop. */
const BITS_PER_BYTE = 10;

class Direction {
  private readonly chunks: { at: number; data: Uint8Array }[] = [];
  private head = 0;
  private lineFree = 0;
  private lastArrival = 0;
  private readonly secondsPerByte: number;
  private readonly latency: number;
  private readonly frameInterval: number;

  constructor(secondsPerByte: number, latency: number, frameInterval: number) {
    this.secondsPerByte = secondsPerByte;
    this.latency = latency;
    this.frameInterval = frameInterval;
  }

  send(data: Uint8Array, now: number): void {
    this.lineFree = Math.max(this.lineFree, now) + data.length * this.secondsPerByte;
    let at = this.lineFree + this.latency;
    if (this.frameInterval > 0) at = Math.ceil(at / this.frameInterval) * this.frameInterval;
    this.lastArrival = Math.max(at, this.lastArrival);
    this.chunks.push({ at: this.lastArrival, data });
  }

  next(): number { return this.chunks[this.head]?.at ?? NEVER; }

  shift(): Uint8Array {
    const { data } = this.chunks[this.head++]!;
    if (this.head === this.chunks.length) this.head = this.chunks.length = 0;
    return data;
  }

  clear(): void { this.head = this.chunks.length = 0; }
}

export class SimLink {
  readonly name: string;
  readonly hostPort: LinkPort;
  /** Bytes delivered each way. */
  bytesToMcu = 0;
  bytesToHost = 0;
  private readonly toMcu: Direction;
  private readonly toHost: Direction;
  private readonly mcu: LinkedMcu;
  private readonly clock: { now: number };
  private readonly faults: LinkFaults | undefined;
  private dataCallback: ((data: Uint8Array) => void) | undefined;
  private closeCallback: (() => void) | undefined;
  private closed = false;

  constructor(options: SimLinkOptions) {
    const baud = options.baud ?? options.mcu.board?.serialBaud ?? 0;
    const secondsPerByte = baud === 0 ? 0 : BITS_PER_BYTE / baud;
    const latency = options.latency ?? DEFAULT_LATENCY;
    this.name = `link:${options.mcu.name}`;
    this.mcu = options.mcu;
    this.clock = options.clock;
    this.faults = options.faults;
    this.toMcu = new Direction(secondsPerByte, latency, options.frameInterval ?? 0);
    this.toHost = new Direction(secondsPerByte, latency, options.frameInterval ?? 0);
    this.mcu.onTransmit = (data, now) => {
      const passed = this.faults === undefined ? data : this.faults.pass("to-host", data, now);
      if (!this.closed && passed !== undefined) this.toHost.send(passed, now);
    };
    this.hostPort = {
      write: (data) => this.write(data),
      onData: (callback) => { this.dataCallback = callback; },
      onClose: (callback) => { this.closeCallback = callback; },
      setBaud: () => {},
      close: () => this.close(),
    };
  }

  /** A host that opens the line again gets a fresh one: what was under way to the host is lost. */
  reopen(): LinkPort {
    this.closed = false;
    this.toHost.clear();
    this.dataCallback = this.closeCallback = undefined;
    return this.hostPort;
  }

  /** Pulls the cable: the host's port sees its end. */
  disconnect(): void {
    if (this.closed) return;
    this.closed = true;
    this.toMcu.clear();
    this.toHost.clear();
    this.closeCallback?.();
  }

  nextDeadline(): number { return Math.min(this.toMcu.next(), this.toHost.next()); }

  /** Delivers what has arrived by `now`, in order of time; towards the MCU first when both come at once. */
  run(now: number): void {
    for (;;) {
      const toMcu = this.toMcu.next();
      const toHost = this.toHost.next();
      if (Math.min(toMcu, toHost) > now) return;
      if (toMcu <= toHost) {
        const data = this.toMcu.shift();
        this.bytesToMcu += data.length;
        this.mcu.receive(data, toMcu);
      } else {
        const data = this.toHost.shift();
        this.bytesToHost += data.length;
        this.dataCallback?.(data);
      }
    }
  }

  private write(data: Uint8Array): void {
    if (this.closed) return;
    const now = this.clock.now;
    const passed = this.faults === undefined ? data : this.faults.pass("to-mcu", data, now);
    if (passed === undefined) return;
    for (const piece of blocksOf(passed)) this.toMcu.send(piece, now);
  }

  /** The host hangs up; what it wrote before is on the line already and arrives. */
  private close(): void {
    this.closed = true;
    this.toHost.clear();
    this.dataCallback = this.closeCallback = undefined;
  }
}

/** Cuts a write into message blocks as far as its length bytes make sense; copies, since the writer may reuse its buffer. */
function* blocksOf(data: Uint8Array): IterableIterator<Uint8Array> {
  let start = 0;
  while (start < data.length) {
    const size = data[start]!;
    const end = size >= MESSAGE_MIN && size <= MESSAGE_MAX && start + size <= data.length ? start + size : data[start] === 0x7e ? start + 1 : data.length;
    yield data.slice(start, end);
    start = end;
  }
}
