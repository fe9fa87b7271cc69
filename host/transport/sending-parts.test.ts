/**
 * Laws of the parts of the transmit queue, each alone: no port, no time but what is passed in.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NEVER } from "../reactor/parker.js";
import { AckWindow, MAX_BLOCKS_IN_FLIGHT } from "./ack-window.js";
import { BACKGROUND_PRIORITY_CLOCK, Backlog } from "./backlog.js";
import { BlockHistory } from "./block-history.js";
import { CommandQueue } from "./command-queue.js";
import { AT_ONCE, NOT_PLANNED, boundedMinClock, departureClock } from "./departure.js";
import { ResendPolicy } from "./resend-policy.js";
import { RoundTripTimer } from "./round-trip-timer.js";

const block = (length: number, sentTime = 1): { bytes: Uint8Array; writeTime: number; sentTime: number } => ({ bytes: new Uint8Array(length), writeTime: 0, sentTime });

describe("AckWindow", () => {
  /** Adds as many blocks as fit, retires as many as the MCU says, again and again. */
  const play = fc.array(fc.record({ lengths: fc.array(fc.integer({ min: 5, max: 64 }), { maxLength: 15 }), acked: fc.nat(12), isEmpty: fc.boolean() }), { maxLength: 40 });

  it("never holds more than 12 blocks, nor more bytes than the MCU can take beside what may linger there", () => {
    fc.assert(fc.property(play, fc.constantFrom(0, 128, 192), (rounds, receiveBytes) => {
      const window = new AckWindow();
      window.receiveBytes = receiveBytes;
      for (const { lengths, acked, isEmpty } of rounds) {
        for (const length of lengths) {
          if (!window.hasRoom) break;
          window.add(block(length));
        }
        const held = window.blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
        expect(window.bytes).toBe(held);
        expect(window.next - window.acked).toBe(window.blocks.length);
        expect(window.blocks.length).toBeLessThanOrEqual(MAX_BLOCKS_IN_FLIGHT);
        if (receiveBytes > 0 && window.blocks.length > 1) expect(held).toBeLessThanOrEqual(receiveBytes);
        const target = Math.min(window.next, window.acked + acked);
        if (target > window.acked) window.advance(target);
        if (isEmpty) window.confirm(window.acked);
      }
    }));
  });

  it("finds the sequence behind four bits wherever it is within the window, and refuses the rest", () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 1000 }), fc.nat(12), fc.nat(15), (start, blocks, ahead) => {
      const window = new AckWindow();
      window.advance(start);
      for (let i = 0; i < blocks; i++) window.add(block(5));
      const sequence = start + ahead;
      expect(window.locate(sequence & 15)).toBe(ahead <= blocks ? sequence : undefined);
    }));
  });

  it("adopts the count of an MCU that it has not heard before", () => {
    fc.assert(fc.property(fc.nat(15), fc.nat(3), (bits, blocks) => {
      const window = new AckWindow();
      for (let i = 0; i < blocks; i++) window.add(block(5));
      const sequence = window.locate(bits)!;
      if (sequence > window.acked) window.advance(sequence);
      expect(window.acked & 15).toBe(bits);
      expect(window.next).toBe(Math.max(sequence, 1 + blocks));
      expect(window.next - window.acked).toBe(window.blocks.length);
    }));
  });

  it("tells each that waits once, in order, when its block is passed", () => {
    fc.assert(fc.property(fc.array(fc.nat(3), { maxLength: 12 }), fc.nat(12), (waiting, acked) => {
      const window = new AckWindow();
      waiting.forEach((count, at) => {
        for (let i = 0; i < count; i++) window.await(10 * at + i + 1);
        window.add(block(5));
      });
      const expected = waiting.slice(0, acked).flatMap((count, at) => Array.from({ length: count }, (_, i) => 10 * at + i + 1));
      const told: number[] = [];
      for (let id = window.takeNotice(1 + acked); id !== undefined; id = window.takeNotice(1 + acked)) told.push(id);
      expect(told).toEqual(expected);
    }));
  });
});

describe("RoundTripTimer", () => {
  it("stays between 25 ms and 5 s whatever it measures", () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.constant("late")), { maxLength: 60 }), (samples) => {
      const timer = new RoundTripTimer();
      samples.forEach((sample, at) => {
        timer.begin(at + 1);
        if (typeof sample === "string") timer.backOff();
        else timer.finish(at + 2, sample);
        expect(timer.timeout).toBeGreaterThanOrEqual(0.025);
        expect(timer.timeout).toBeLessThanOrEqual(5);
      });
    }));
  });

  it("comes near a steady round trip from its cautious start", () => {
    const timer = new RoundTripTimer();
    for (let at = 1; at < 100; at++) {
      timer.begin(at);
      timer.finish(at + 1, 0.2);
      if (at === 1) expect([timer.smoothed, timer.variation]).toEqual([2, 0.1]);
    }
    expect(timer.timeout).toBeCloseTo(0.2, 2);
  });

  it("measures one block at a time and none across a repeat", () => {
    const timer = new RoundTripTimer();
    timer.begin(1);
    timer.begin(2);
    timer.finish(1, 9);
    timer.abandon();
    timer.finish(3, 9);
    expect(timer.smoothed).toBe(0);
    timer.begin(3);
    timer.finish(4, 0.01);
    expect(timer.smoothed).toBe(0.1);
  });
});

describe("ResendPolicy", () => {
  it("heeds one complaint of a place, one more when its repeat got lost, and no third", () => {
    const policy = new ResendPolicy();
    const heeds = (acked: number, next: number): boolean => {
      policy.complain(acked);
      const cause = policy.due(0);
      if (cause === undefined) return false;
      policy.noteRepeat(cause, acked, next);
      policy.arm(1);
      return true;
    };
    expect([heeds(5, 9), heeds(5, 9), heeds(6, 9), heeds(6, 9), heeds(9, 12), heeds(10, 12)]).toEqual([true, false, true, false, false, true]);
  });

  it("takes complaints of what a timeout repeated for echoes", () => {
    const policy = new ResendPolicy();
    policy.noteRepeat("timeout", 5, 9);
    policy.arm(1);
    for (const sequence of [5, 6, 9]) policy.complain(sequence);
    expect(policy.due(0.5)).toBeUndefined();
    policy.complain(10);
    expect(policy.due(0.5)).toBe("nak");
  });

  it("times out when armed, and forgets a complaint when there is progress", () => {
    const policy = new ResendPolicy();
    expect([policy.wake, policy.due(1e9)]).toEqual([NEVER, undefined]);
    policy.arm(2);
    expect([policy.due(1.9), policy.due(2)]).toEqual([undefined, "timeout"]);
    policy.complain(3);
    policy.arm(4);
    expect(policy.due(3)).toBeUndefined();
    policy.disarm();
    expect(policy.due(1e9)).toBeUndefined();
  });

  it("calls answers ambiguous up to the end of what was repeated", () => {
    const policy = new ResendPolicy();
    policy.noteRepeat("nak", 5, 9);
    expect([8, 9, 10].map((sequence) => policy.isUnambiguous(sequence))).toEqual([false, false, true]);
  });
});

describe("Backlog", () => {
  const item = fc.record({ source: fc.nat(3), length: fc.integer({ min: 1, max: 40 }), min: fc.nat(20), req: fc.nat(20) });

  it("gives what a plain search gives: of the sources whose head may go, the smallest req_clock, the longest waiting of equals", () => {
    fc.assert(fc.property(fc.array(item, { maxLength: 60 }), fc.nat(20), (items, clock) => {
      const backlog = new Backlog();
      const sources = Array.from({ length: 4 }, () => new CommandQueue());
      let model: { queue: CommandQueue; waiting: { tag: number; length: number; min: number; req: number }[] }[] = [];
      items.forEach(({ source, length, min, req }, tag) => {
        const queue = sources[source]!;
        queue.reserve();
        queue.bytes.fill(tag, queue.byteTail, queue.byteTail + length);
        backlog.append(queue, queue.byteTail + length, min, req, tag + 1);
        let entry = model.find((each) => each.queue === queue);
        if (entry === undefined) model.push((entry = { queue, waiting: [] }));
        entry.waiting.push({ tag, length, min, req });
      });
      const total = items.reduce((sum, { length }) => sum + length, 0);
      backlog.survey(clock);
      expect(backlog.readyBytes + backlog.upcomingBytes).toBe(total);

      const out = new Uint8Array(59);
      for (;;) {
        const filled: number[] = [];
        const end = backlog.fill(out, 0, out.length, { await: (id) => filled.push(id - 1) });
        const expected: number[] = [];
        let at = 0;
        for (;;) {
          const heads = model.filter(({ waiting }) => waiting[0]!.min <= clock);
          const best = heads.reduce<(typeof model)[number] | undefined>((a, b) => (a !== undefined && a.waiting[0]!.req <= b.waiting[0]!.req ? a : b), undefined);
          if (best === undefined || at + best.waiting[0]!.length > 59) break;
          const { tag, length } = best.waiting.shift()!;
          expected.push(tag);
          expect([...out.subarray(at, at + length)]).toEqual(Array<number>(length).fill(tag));
          at += length;
          model = model.filter(({ waiting }) => waiting.length > 0);
        }
        expect([filled, end]).toEqual([expected, at]);
        if (end === 0) break;
      }
      expect(backlog.readyBytes).toBe(0);
      const left = model.map(({ waiting }) => waiting[0]!.min);
      backlog.survey(clock);
      expect(backlog.upcomingClock).toBe(Math.min(Infinity, ...left));
    }));
  });
});

describe("departure", () => {
  const FREQ = 1_000_000;
  const estimate = { freq: FREQ, convTime: 0, convClock: 0, lastClock: 0 };
  const backlogOf = (length: number, minClock: number, reqClock: number, now: number): Backlog => {
    const backlog = new Backlog();
    const queue = new CommandQueue();
    queue.reserve();
    backlog.append(queue, length, minClock, reqClock, 0);
    backlog.survey(now);
    return backlog;
  };

  it("is 0.1 s before the req_clock, but not before the min_clock", () => {
    fc.assert(fc.property(fc.nat(10 * FREQ), fc.nat(10 * FREQ), fc.nat(10 * FREQ), (now, minClock, reqClock) => {
      const departure = departureClock(backlogOf(6, minClock, reqClock, now), estimate, 0);
      expect(departure).toBe(minClock > now ? minClock : reqClock - 0.1 * FREQ);
    }));
  });

  it("is at once for a full block, and for anything before the clock of the MCU is known", () => {
    expect(departureClock(backlogOf(59, 0, 9 * FREQ, 1), estimate, 0)).toBe(AT_ONCE);
    expect(departureClock(backlogOf(58, 0, 9 * FREQ, 1), estimate, 0)).toBe(8.9 * FREQ);
    expect(departureClock(backlogOf(3, 0, 9 * FREQ, 0), { ...estimate, freq: 0 }, 0)).toBe(AT_ONCE);
    expect(departureClock(backlogOf(3, 5, 9 * FREQ, 0), { ...estimate, freq: 0 }, 0)).toBe(NOT_PLANNED);
    expect(departureClock(new Backlog(), estimate, 0)).toBe(NOT_PLANNED);
  });

  it("of a background command is when the line has been idle for 5 ms", () => {
    expect(departureClock(backlogOf(3, 0, BACKGROUND_PRIORITY_CLOCK, 1), estimate, 2)).toBe(2.005 * FREQ);
  });

  it("never lets a command arrive 3·2^29 ticks or more before its clock", () => {
    fc.assert(fc.property(fc.nat(2 ** 31), fc.maxSafeNat(), (minClock, reqClock) => {
      const bounded = boundedMinClock(minClock, reqClock);
      expect(bounded).toBeGreaterThanOrEqual(minClock);
      expect(reqClock - bounded).toBeLessThanOrEqual(3 * 2 ** 29);
    }));
    expect(boundedMinClock(7, BACKGROUND_PRIORITY_CLOCK)).toBe(7);
  });
});

describe("BlockHistory", () => {
  it("keeps the newest 100, oldest first", () => {
    fc.assert(fc.property(fc.nat(350), (count) => {
      const history = new BlockHistory<number>();
      const all = Array.from({ length: count }, (_, i) => i);
      for (const each of all) history.add(each);
      expect(history.list()).toEqual(all.slice(-100));
    }));
  });
});
