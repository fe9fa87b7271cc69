/**
 * Laws of the merge of step rows: order, move slots, and the bytes of the commands.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../reactor/clock.js";
import { StepRowFifo } from "../steps/step-row-fifo.js";
import { SerialQueue, type CommandQueue } from "../transport/serialqueue.js";
import { DataDictionaryBuilder, MessageParser } from "../wire/index.js";
import { MoveSlots } from "./move-slots.js";
import { NO_QUEUE, RowMerge } from "./row-merge.js";
import { StepperSync, type StepQueue } from "./steppersync.js";

function stepParser(): MessageParser {
  const builder = new DataDictionaryBuilder();
  builder.addCommand("queue_step oid=%c interval=%u count=%hu add=%hi");
  builder.addCommand("set_next_step_dir oid=%c dir=%c");
  builder.addCommand("reset_step_clock oid=%c clock=%u");
  const parser = new MessageParser();
  parser.processIdentify(builder.build());
  return parser;
}

interface Sent {
  text: string;
  minClock: number;
  reqClock: number;
}

/** A StepperSync over `count` steppers, and what it has put into its queue. */
function setup(count: number, moveSlots: number) {
  const parser = stepParser();
  const queue = new SerialQueue({
    name: "serialqueue mcu",
    clock: new VirtualClock(),
    port: { write: () => {}, onData: () => {}, onClose: () => {}, close: () => {} },
    receiver: { onMessage: () => {}, onNotify: () => {} },
  });
  const queues: CommandQueue[] = [];
  const allocCommandQueue = queue.allocCommandQueue.bind(queue);
  queue.allocCommandQueue = () => {
    const cq = allocCommandQueue();
    queues.push(cq);
    return cq;
  };
  const logged: string[] = [];
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure = error;
  };
  const steppers = Array.from({ length: count }, (_, oid): StepQueue => ({
    oid,
    out: new StepRowFifo(),
    setTime: () => {},
    flush: () => {
      if (failure !== undefined) throw failure;
    },
    expireHistory: () => {},
  }));
  const sync = new StepperSync({ name: "mcu", serialQueue: queue, parser, stepQueues: steppers, moveSlots, log: (line) => logged.push(line) });
  const sent = (): Sent[] => {
    const cq = queues[0]!;
    const out: Sent[] = [];
    let at = cq.byteHead;
    for (let entry = cq.head; entry < cq.tail; entry++) {
      const end = at + cq.lengths[entry]!;
      const params = parser.parse(cq.bytes, at, end);
      const text = parser.formatParams(params);
      out.push({ text, minClock: cq.minClocks[entry]!, reqClock: cq.reqClocks[entry]! });
      at = end;
    }
    return out;
  };
  return { sync, fifos: steppers.map(({ out }) => out), sent, fail, logged };
}

describe("StepperSync", () => {
  it("writes each kind of row as its command", () => {
    const { sync, fifos, sent } = setup(1, 10);
    fifos[0]!.pushReset(0, 0);
    fifos[0]!.pushDir(0, 1);
    fifos[0]!.pushStep(5000, 5000, 4_000_000_000, 1, 0);
    fifos[0]!.pushStep(6000, 6000, 90724, 2, -26941);

    sync.flush(10_000, 0);

    expect(sent().map(({ text }) => text)).toEqual([
      "reset_step_clock oid=0 clock=0",
      "set_next_step_dir oid=0 dir=1",
      "queue_step oid=0 interval=4000000000 count=1 add=0",
      "queue_step oid=0 interval=90724 count=2 add=-26941",
    ]);
  });

  it("keeps moves beyond the flush clock, and sends direction changes that wait in front of them", () => {
    const { sync, fifos, sent } = setup(1, 10);
    fifos[0]!.pushStep(100, 100, 50, 1, 0);
    fifos[0]!.pushDir(200, 0);
    fifos[0]!.pushStep(200, 200, 50, 1, 0);

    sync.flush(150, 0);

    expect(sent().map(({ reqClock }) => reqClock)).toEqual([100, 200]);
    expect(fifos[0]!.length).toBe(1);
  });

  it("merges the steppers by request clock and never holds more moves than slots", () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 500 }), fc.boolean()), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 20 }), (items, slots) => {
        const { sync, fifos, sent } = setup(4, slots);
        const clocks = [1, 1, 1, 1];
        for (const [stepper, gap, isDir] of items) {
          if (isDir) fifos[stepper]!.pushDir(clocks[stepper]!, 1);
          fifos[stepper]!.pushStep(clocks[stepper]!, clocks[stepper]!, gap, 1, 0);
          clocks[stepper]! += gap;
        }

        sync.flush(Number.MAX_SAFE_INTEGER, 0);

        const commands = sent();
        expect(commands.map(({ reqClock }) => reqClock)).toEqual(commands.map(({ reqClock }) => reqClock).sort((a, b) => a - b));
        // A slot is taken when the command arrives (not before min_clock) and free again at its own req_clock.
        const moves = commands.filter(({ text }) => text.startsWith("queue_step"));
        moves.forEach((move, index) => {
          const held = moves.slice(0, index + 1).filter(({ reqClock }) => reqClock > move.minClock).length;
          expect(held).toBeLessThanOrEqual(slots);
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe("the move slots", () => {
  it("always answer with the smallest clock", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.nat(1000), { maxLength: 300 }), (slots, clocks) => {
        const heap = new MoveSlots(slots);
        const model = Array<number>(slots).fill(0);
        for (const clock of clocks) {
          expect(heap.earliest()).toBe(Math.min(...model));
          model[model.indexOf(Math.min(...model))] = clock;
          heap.replaceEarliest(clock);
        }
      }),
    );
  });
});

describe("the merge of rows", () => {
  it("takes the smallest request clock each time, of equal ones that of the first stepper", () => {
    const queues = fc.array(fc.array(fc.nat(3), { maxLength: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(queues, (gaps) => {
        const rows = gaps.map((list) => list.reduce<number[]>((clocks, gap) => [...clocks, (clocks.at(-1) ?? 0) + gap], []));
        const fifos = rows.map((clocks) => {
          const fifo = new StepRowFifo();
          for (const clock of clocks) fifo.pushDir(clock, 1);
          return fifo;
        });
        const merge = new RowMerge(fifos);

        const taken: [clock: number, stepper: number][] = [];
        for (let at = merge.first(); at !== NO_QUEUE; at = merge.after(at)) {
          taken.push([fifos[at]!.headReqClock(), at]);
          fifos[at]!.shift();
        }

        const all = rows.flatMap((clocks, stepper) => clocks.map((clock): [number, number] => [clock, stepper]));
        expect(taken).toEqual(all.sort(([clock, stepper], [other, second]) => clock - other || stepper - second));
      }),
    );
  });

  it("tells the log what a queue refuses, and its caller where", () => {
    const refused = Object.assign(new Error("no such sequence"), { logLine: "b'no such sequence'" });
    const { sync, fail, logged } = setup(1, 10);
    fail(refused);
    expect(() => sync.flush(1000, 0)).toThrow("Internal error in MCU 'mcu' stepcompress");
    expect(logged).toEqual(["b'no such sequence'"]);
  });
});
