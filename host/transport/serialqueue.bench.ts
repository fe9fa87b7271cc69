/**
 * Commands per second through the transmit queue: many sources whose clocks interleave, blocks out, acknowledges in.
 */
import { bench, describe } from "vitest";
import { VirtualClock } from "../reactor/clock.js";
import { encodeBlock } from "../wire/index.js";
import { SerialQueue } from "./serialqueue.js";

const SOURCES = 8;
const COMMANDS = 4000;
const FREQ = 16_000_000;
const SPACING_TICKS = 1600;
/** Commands in a row of one source: one steps source goes before the others. */
const RUN = 16;

describe("serialqueue", () => {
  const clock = new VirtualClock(1);
  const empty = new Uint8Array(0);
  let onData: (data: Uint8Array) => void = () => {};
  let acked = 1;
  let heard = 1;
  const queue = new SerialQueue({
    name: "serialqueue mcu",
    clock,
    port: {
      write: (data) => {
        for (let at = 0; at < data.length; at += data[at]!) acked = (data[at + 1]! + 1) & 0x0f;
      },
      onData: (callback) => (onData = callback),
      onClose: () => {},
      close: () => {},
    },
    receiver: { onMessage: () => {}, onNotify: () => {} },
  });
  queue.setClockEst(FREQ, 0, 0, 0);
  queue.setWireFrequency(2_000_000);
  const sources = Array.from({ length: SOURCES }, () => queue.allocCommandQueue());
  const command = Uint8Array.of(6, 2, 3, 4, 5, 6);

  const feed = (sourceOf: (at: number) => number) => (): void => {
    const start = Math.round(clock.now * FREQ) + FREQ;
    for (let at = 0; at < COMMANDS; at++) queue.send(sources[sourceOf(at)]!, command, start - FREQ / 2, start + at * SPACING_TICKS);
    const end = clock.now + 2;
    while (queue.nextDeadline() <= end) {
      clock.now = Math.max(clock.now, queue.nextDeadline());
      queue.run(clock.now);
      while (acked !== heard) onData(encodeBlock((heard = acked), empty));
    }
    clock.now = end;
  };

  bench(`${COMMANDS} commands of ${SOURCES} sources, one after the other in turn`, feed((at) => at % SOURCES));
  bench(`${COMMANDS} commands of ${SOURCES} sources, in runs of ${RUN}`, feed((at) => Math.trunc(at / RUN) % SOURCES));
});
