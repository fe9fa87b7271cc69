/**
 * Laws of the transmit queue against a firmware-like far end in virtual time.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../reactor/clock.js";
import { NEVER } from "../reactor/parker.js";
import { BACKGROUND_PRIORITY_CLOCK, SerialQueue } from "./serialqueue.js";
import { LinePeer, runWorld } from "./testing/line-peer.js";

const FREQ = 16_000_000;

interface Setup {
  clock: VirtualClock;
  peer: LinePeer;
  queue: SerialQueue;
  messages: { payload: Uint8Array; sentTime: number }[];
  acks: { id: number; time: number; sentTime: number }[];
  run(until: number): void;
}

/** A queue and its far end; with `synced` the queue knows that the MCU's clock is time · 16 MHz. */
function setup(options: { delay?: number; nextSeq?: number; synced?: boolean; baud?: number } = {}): Setup {
  const clock = new VirtualClock(1);
  const peer = new LinePeer(clock, options);
  const messages: Setup["messages"] = [];
  const acks: Setup["acks"] = [];
  const queue = new SerialQueue({
    name: "serialqueue mcu",
    clock,
    port: peer.port,
    receiver: {
      onMessage: (buffer, start, end, sentTime) => messages.push({ payload: buffer.slice(start, end), sentTime }),
      onNotify: (id, sentTime) => acks.push({ id, time: clock.now, sentTime }),
    },
  });
  if (options.synced ?? true) queue.setClockEst(FREQ, 0, 0, 0);
  if (options.baud !== undefined) queue.setWireFrequency(options.baud);
  return { clock, peer, queue, messages, acks, run: (until) => runWorld(clock, [queue, peer], until) };
}

/** A command that says its own length, so that a block can be taken apart. */
const command = (length: number, tag: number): Uint8Array => Uint8Array.of(length, ...Array<number>(length - 1).fill(tag & 0xff));

function commandsOf(payload: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += payload[at]!) out.push(payload.slice(at, at + payload[at]!));
  return out;
}

const received = (peer: LinePeer): Uint8Array[] => peer.executed.flatMap(({ payload }) => commandsOf(payload));

describe("SerialQueue › sequence", () => {
  it("adopts the sequence of an MCU that starts anywhere, and loses only the first block", () => {
    const { peer, queue, acks, run } = setup({ nextSeq: 9, synced: false });
    const cq = queue.allocCommandQueue();

    queue.send(cq, command(3, 1), 0, 0, 77);
    run(1.1);
    queue.send(cq, command(3, 2), 0, 0, 78);
    run(1.2);

    expect(received(peer).map((bytes) => bytes[1])).toEqual([2]);
    expect(acks.map(({ id }) => id)).toEqual([77, 78]);
  });

  it("answers a nak with all unacknowledged blocks behind one sync byte, at once", () => {
    const { peer, queue, run } = setup();
    const cq = queue.allocCommandQueue();
    queue.send(cq, command(4, 0), 0, 0);
    run(1.1);
    let writes = 0;
    peer.damage = (data) => {
      writes++;
      if (writes === 1) data[3]! ^= 0xff;
      return data;
    };

    queue.send(cq, command(5, 1), 0, 0);
    run(1.1005);
    queue.send(cq, command(6, 2), 0, 0);
    run(1.2);

    const [, first, second, repeat] = peer.writes;
    expect(repeat!.data).toEqual(Uint8Array.of(0x7e, ...first!.data, ...second!.data));
    expect(repeat!.time).toBeCloseTo(first!.time + 0.002, 6);
    expect(received(peer).map((bytes) => bytes[1])).toEqual([0, 1, 2]);
  });

  it("repeats after the retransmit timeout and doubles it each time, up to 5 s", () => {
    const { peer, queue, run } = setup();
    const cq = queue.allocCommandQueue();
    peer.isTalking = false;

    queue.send(cq, command(4, 0), 0, 0);
    run(30);

    const gaps = peer.writes.slice(1).map(({ time }, index) => time - peer.writes[index]!.time);
    [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5].forEach((gap, index) => expect(gaps[index]).toBeCloseTo(gap, 2));
  });

  it("tells no sent time for answers to repeated requests", () => {
    const { peer, queue, messages, run } = setup();
    const cq = queue.allocCommandQueue();
    peer.respond = (payload) => [payload];
    queue.send(cq, command(3, 0), 0, 0);
    run(1.1);
    let writes = 0;
    peer.damage = (data) => (writes++ === 0 ? undefined : data);

    queue.send(cq, command(4, 1), 0, 0);
    run(1.3);
    queue.send(cq, command(5, 2), 0, 0);
    run(1.5);

    expect(messages.map(({ payload, sentTime }) => [payload[1], sentTime !== 0])).toEqual([
      [0, true],
      [1, false],
      [2, true],
    ]);
  });

  it("notifies a command when its block is acknowledged, not when its answer comes", () => {
    const { peer, queue, acks, messages, run } = setup();
    const cq = queue.allocCommandQueue();
    peer.respond = (payload) => [payload];

    queue.send(cq, command(3, 0), 0, 0, 5);
    run(1.5);

    expect(messages).toHaveLength(1);
    expect(acks).toEqual([{ id: 5, time: expect.closeTo(1.002, 6) as number, sentTime: 1 }]);
  });
});

describe("SerialQueue › end", () => {
  it("asks for no time once it has ended, whatever is queued after", () => {
    const { peer, queue, run } = setup();
    const cq = queue.allocCommandQueue();
    queue.send(cq, command(4, 1), 0, 0);

    queue.exit();
    queue.send(cq, command(4, 2), 0, 0);
    run(2);

    expect(queue.nextDeadline()).toBe(NEVER);
    expect(peer.writes).toEqual([]);
  });
});

describe("SerialQueue › scheduling", () => {
  it("sends a lone command 0.1 s before its req_clock", () => {
    const { peer, queue, run } = setup();
    queue.send(queue.allocCommandQueue(), command(6, 1), 0, 2 * FREQ);

    run(3);

    expect(peer.writes[0]!.time).toBeGreaterThanOrEqual(1.9);
    expect(peer.writes[0]!.time).toBeLessThanOrEqual(1.9011);
  });

  it("sends a full block as soon as its commands may leave", () => {
    const { peer, queue, run } = setup();
    const cq = queue.allocCommandQueue();
    for (let i = 0; i < 10; i++) queue.send(cq, command(6, i), 1.5 * FREQ, (2 + i / 10) * FREQ);

    run(1.6);

    expect(peer.writes).toHaveLength(1);
    expect(peer.writes[0]!.time).toBeCloseTo(1.5, 2);
    expect(received(peer)).toHaveLength(9);
  });

  it("holds a command back until its min_clock, also when it is due", () => {
    const { peer, queue, run } = setup();
    queue.send(queue.allocCommandQueue(), command(6, 1), 1.5 * FREQ, 1.2 * FREQ);

    run(3);

    expect(peer.writes[0]!.time).toBeGreaterThanOrEqual(1.5);
    expect(peer.writes[0]!.time).toBeLessThanOrEqual(1.5011);
  });

  it("sends nothing more than 3·2^29 ticks early", () => {
    const { peer, queue, run } = setup();
    const cq = queue.allocCommandQueue();
    const due = 300 * FREQ;
    for (let i = 0; i < 10; i++) queue.send(cq, command(6, i), 0, due);

    run(400);

    const lead = due / FREQ - peer.writes[0]!.time;
    expect(lead).toBeLessThanOrEqual((3 * 2 ** 29) / FREQ);
    expect(lead).toBeGreaterThan((3 * 2 ** 29) / FREQ - 0.01);
  });

  it("sends background commands a moment later, and behind everything else", () => {
    const { peer, queue, run } = setup();
    const background = queue.allocCommandQueue();
    const other = queue.allocCommandQueue();
    queue.send(background, command(6, 1), 0, BACKGROUND_PRIORITY_CLOCK);
    queue.send(other, command(6, 2), 0, 0);

    run(1.5);

    expect(received(peer).map((bytes) => bytes[1])).toEqual([2, 1]);
  });

  it("takes the time on the line into account", () => {
    const { peer, queue, run } = setup({ baud: 250_000 });
    const cq = queue.allocCommandQueue();
    for (let i = 0; i < 3; i++) queue.send(cq, command(59, i), 0, 2 * FREQ);
    queue.send(cq, command(30, 4), 1.01 * FREQ, 1.02 * FREQ);

    run(3);

    // Three blocks of 64 bytes take 7.68 ms; the last command may leave when the line would deliver it at 1.01 s.
    expect(peer.writes[0]!.data.length).toBe(192);
    expect(peer.writes[1]!.time).toBeGreaterThan(1.0096);
    expect(peer.writes[1]!.time).toBeLessThan(1.0111);
  });
});

describe("SerialQueue › properties", () => {
  const traffic = fc.record({
    delay: fc.constantFrom(0.0001, 0.001, 0.01),
    window: fc.constantFrom(0, 128, 192),
    commands: fc.array(
      fc.record({
        source: fc.integer({ min: 0, max: 3 }),
        length: fc.integer({ min: 2, max: 59 }),
        wait: fc.constantFrom(0, 0, 0, 0.001, 0.05),
        minLead: fc.constantFrom(-1, 0, 0.05),
        reqLead: fc.constantFrom(0, 0.05, 0.3),
      }),
      { minLength: 1, maxLength: 120 },
    ),
    damage: fc.array(fc.constantFrom("none", "none", "none", "none", "flip", "drop"), { maxLength: 40 }),
  });

  it("delivers every command once, in the order of its source, over a line that damages blocks", () => {
    fc.assert(
      fc.property(traffic, ({ delay, window, commands, damage }) => {
        const { clock, peer, queue, run } = setup({ delay });
        if (window !== 0) queue.setReceiveWindow(window);
        const sources = [0, 1, 2, 3].map(() => queue.allocCommandQueue());
        let writes = 0;
        let maxBlocks = 0;
        let maxBytes = 0;
        peer.damage = (data) => {
          const { blocks, bytes } = queue.outstanding;
          maxBlocks = Math.max(maxBlocks, blocks);
          if (blocks > 1) maxBytes = Math.max(maxBytes, bytes);
          const how = damage[writes++];
          if (how === "drop") return undefined;
          if (how === "flip") data[data.length >> 1]! ^= 0x55;
          return data;
        };
        const sent: number[][] = [[], [], [], []];

        for (const { source, length, wait, minLead, reqLead } of commands) {
          run(clock.now + wait);
          const tag = sent[source]!.length;
          sent[source]!.push(tag);
          const bytes = command(Math.max(3, length), tag);
          bytes[1] = source;
          const minClock = minLead < 0 ? 0 : Math.round((clock.now + minLead) * FREQ);
          queue.send(sources[source]!, bytes, minClock, reqLead === 0 ? 0 : Math.round((clock.now + reqLead) * FREQ));
        }
        run(clock.now + 120);

        const got: number[][] = [[], [], [], []];
        for (const bytes of received(peer)) got[bytes[1]!]!.push(bytes[2]!);
        expect(got).toEqual(sent.map((tags) => tags.map((tag) => tag & 0xff)));
        expect(maxBlocks).toBeLessThanOrEqual(12);
        if (window !== 0) expect(maxBytes).toBeLessThanOrEqual(window);
        expect(queue.outstanding).toEqual({ blocks: 0, bytes: 0 });
      }),
      { numRuns: 150 },
    );
  });

  it("delivers every command once, in order and not before its min_clock, whatever is lost, damaged or doubled in both directions", () => {
    const harm = fc.array(fc.constantFrom("none", "none", "none", "flip", "drop", "twice"), { maxLength: 60 });
    const harmed = (data: Uint8Array, how: string | undefined): Uint8Array | undefined => {
      if (how === "drop") return undefined;
      if (how === "flip") data[data.length >> 1]! ^= 0x55;
      return how === "twice" ? Uint8Array.of(...data, ...data) : data;
    };
    const items = fc.array(
      fc.record({ source: fc.nat(2), wait: fc.constantFrom(0, 0, 0.002, 0.05), minLead: fc.constantFrom(0, 0.01, 0.1), reqLead: fc.constantFrom(0, 0.02, 0.2) }),
      { minLength: 1, maxLength: 80 },
    );
    fc.assert(
      fc.property(items, harm, harm, fc.nat(15), (commands, outward, inward, nextSeq) => {
        const { clock, peer, queue, run } = setup({ nextSeq });
        const sources = [0, 1, 2].map(() => queue.allocCommandQueue());
        // First contact: afterwards both ends agree on the sequence.
        queue.send(sources[0]!, command(4, 0xff), 0, 0);
        run(clock.now + 1);
        peer.executed.length = 0;
        let out = 0;
        let back = 0;
        peer.damage = (data) => harmed(data, outward[out++]);
        peer.damageReply = (data) => harmed(data, inward[back++]);
        const minClocks: number[] = [];
        const expected: number[][] = [[], [], []];

        commands.forEach(({ source, wait, minLead, reqLead }, tag) => {
          run(clock.now + wait);
          const now = Math.round(clock.now * FREQ);
          minClocks.push(now + minLead * FREQ);
          expected[source]!.push(tag);
          queue.send(sources[source]!, Uint8Array.of(3, source, tag), now + minLead * FREQ, now + reqLead * FREQ);
        });
        run(clock.now + 200);

        const got: number[][] = [[], [], []];
        for (const { time, payload } of peer.executed) {
          for (const [, source, tag] of commandsOf(payload)) {
            got[source!]!.push(tag!);
            expect(time * FREQ).toBeGreaterThanOrEqual(minClocks[tag!]!);
          }
        }
        expect(got).toEqual(expected);
        expect(queue.outstanding).toEqual({ blocks: 0, bytes: 0 });
      }),
      { numRuns: 200 },
    );
  });

  it("fills every block with the most urgent commands first", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 1000 })), { minLength: 1, maxLength: 60 }), (items) => {
        const { peer, queue, run } = setup();
        const sources = [0, 1, 2, 3, 4, 5].map(() => queue.allocCommandQueue());
        const due = (rank: number): number => 1.5 * FREQ + rank;
        const waiting: number[][] = sources.map(() => []);
        for (const [source, rank] of items) {
          queue.send(sources[source]!, Uint8Array.of(4, source, rank >> 8, rank & 0xff), 0, due(rank));
          waiting[source]!.push(rank);
        }

        run(3);

        for (const bytes of received(peer)) {
          const rank = bytes[2]! * 256 + bytes[3]!;
          const heads = waiting.filter((ranks) => ranks.length > 0).map((ranks) => ranks[0]!);
          expect(rank).toBe(Math.min(...heads));
          expect(waiting[bytes[1]!]!.shift()).toBe(rank);
        }
      }),
      { numRuns: 100 },
    );
  });
});
