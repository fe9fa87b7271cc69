/**
 * The commands that wait to be sent, from all sources of one port. A command is *ready* when its min_clock has
 * come at the MCU, *upcoming* before. Within a source the order is fixed; between sources the smallest req_clock
 * goes first, and of equals that of the source which has had something to send for longest.
 */
import type { CommandQueue } from "./command-queue.js";

/** A req_clock of "when the line is idle". */
export const BACKGROUND_PRIORITY_CLOCK = 0x7fffffff * 2 ** 32;

/** Who learns which commands with a notify id went into the block being filled. */
export interface NoticeSink {
  await(id: number): void;
}

/** Merge of command queues by urgency. Clocks in MCU ticks. */
export class Backlog {
  readyBytes = 0;
  upcomingBytes = 0;
  /** Findings of the last `survey`: earliest req_clock of a ready head that is no background command, … */
  urgentClock = Infinity;
  /** … whether a background command stands ready at a head, … */
  hasReadyBackground = false;
  /** … and the earliest min_clock that has not come. */
  upcomingClock = Infinity;
  /** Sources that have something to send, by the time since when, … */
  private readonly sources: CommandQueue[] = [];
  /** … and the req_clock at the head of each; Infinity: its head must wait. Kept flat, since every command searches it. */
  private readonly heads: number[] = [];

  /** Appends the command whose bytes were written at `source.bytes[source.byteTail]` up to `byteEnd`. */
  append(source: CommandQueue, byteEnd: number, minClock: number, reqClock: number, notifyId: number): void {
    if (source.head === source.tail) {
      this.sources.push(source);
      this.heads.push(Infinity);
    }
    this.upcomingBytes += byteEnd - source.byteTail;
    source.commit(byteEnd, minClock, reqClock, notifyId);
  }

  /** Makes ready what may arrive at `clock`, and looks at the heads. */
  survey(clock: number): void {
    const { sources, heads } = this;
    let urgent = Infinity;
    let upcoming = Infinity;
    let hasBackground = false;
    let ripened = 0;
    for (let index = 0; index < sources.length; index++) {
      const source = sources[index]!;
      const { minClocks, lengths, tail } = source;
      let end = source.readyEnd;
      while (end < tail && minClocks[end]! <= clock) ripened += lengths[end++]!;
      source.readyEnd = end;
      if (end < tail && minClocks[end]! < upcoming) upcoming = minClocks[end]!;
      if (end === source.head) continue;
      const reqClock = source.reqClocks[source.head]!;
      heads[index] = reqClock;
      if (reqClock === BACKGROUND_PRIORITY_CLOCK) hasBackground = true;
      else if (reqClock < urgent) urgent = reqClock;
    }
    this.readyBytes += ripened;
    this.upcomingBytes -= ripened;
    this.urgentClock = urgent;
    this.upcomingClock = upcoming;
    this.hasReadyBackground = hasBackground;
  }

  /** Copies ready commands to `out[at…]` up to `limit`, the most urgent first; the first that does not fit ends it. */
  fill(out: Uint8Array, at: number, limit: number, sink: NoticeSink): number {
    const { sources, heads } = this;
    let position = at;
    while (this.readyBytes > 0) {
      let index = 0;
      for (let other = 1; other < heads.length; other++) if (heads[other]! < heads[index]!) index = other;
      const source = sources[index]!;
      const length = source.lengths[source.head]!;
      if (position + length > limit) break;
      const { bytes, byteHead } = source;
      for (let i = 0; i < length; i++) out[position + i] = bytes[byteHead + i]!;
      position += length;
      this.readyBytes -= length;
      const notifyId = source.notifyIds[source.head]!;
      if (notifyId !== 0) sink.await(notifyId);
      source.shift();
      if (source.head === source.tail) {
        sources.splice(index, 1);
        heads.splice(index, 1);
      } else {
        heads[index] = source.readyEnd > source.head ? source.reqClocks[source.head]! : Infinity;
      }
    }
    return position;
  }
}
