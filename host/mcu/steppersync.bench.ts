/**
 * Rows per second from the step queues to blocks on the line.
 */
import { bench, describe } from "vitest";
import { VirtualClock } from "../reactor/clock.js";
import { StepRowFifo } from "../steps/step-row-fifo.js";
import { SerialQueue } from "../transport/serialqueue.js";
import { DataDictionaryBuilder, MessageParser, encodeBlock } from "../wire/index.js";
import { StepperSync } from "./steppersync.js";

const STEPPERS = 4;
const ROWS_PER_FLUSH = 4000;
const FREQ = 16_000_000;

const builder = new DataDictionaryBuilder();
builder.addCommand("queue_step oid=%c interval=%u count=%hu add=%hi");
builder.addCommand("set_next_step_dir oid=%c dir=%c");
builder.addCommand("reset_step_clock oid=%c clock=%u");
const parser = new MessageParser();
parser.processIdentify(builder.build());

const clock = new VirtualClock(1);
const empty = new Uint8Array(0);
let onData: (data: Uint8Array) => void = () => {};
let acked = 1;
const queue = new SerialQueue({
  name: "serialqueue mcu",
  clock,
  // Every write is acknowledged with the last sequence it holds.
  port: {
    write: (data) => {
      for (let at = data[0] === 0x7e ? 1 : 0; at < data.length; at += data[at]!) acked = (data[at + 1]! + 1) & 0x0f;
    },
    onData: (callback) => (onData = callback),
    onClose: () => {},
    close: () => {},
  },
  receiver: { onMessage: () => {}, onNotify: () => {} },
});
queue.setClockEst(FREQ, 0, 0, 0);
const fifos = Array.from({ length: STEPPERS }, () => new StepRowFifo());
const sync = new StepperSync({
  name: "mcu",
  serialQueue: queue,
  parser,
  stepQueues: fifos.map((out, oid) => ({ oid, out, setTime: () => {}, flush: () => {}, expireHistory: () => {} })),
  moveSlots: 1000,
});
let stepClock = FREQ;

describe("steppersync", () => {
  bench(`${ROWS_PER_FLUSH} rows of ${STEPPERS} steppers to the line`, () => {
    for (let row = 0; row < ROWS_PER_FLUSH; row++) {
      fifos[row % STEPPERS]!.pushStep(stepClock, stepClock, 15_000 + (row % 700), 1 + (row % 90), (row % 50) - 25);
      stepClock += 400;
    }
    sync.flush(stepClock, 0);
    clock.now = stepClock / FREQ;
    while (queue.nextDeadline() <= clock.now) {
      queue.run(clock.now);
      onData(encodeBlock(acked, empty));
    }
  });
});
