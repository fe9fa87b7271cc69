import { bench, describe } from "vitest";
import { encodeBlock, encodeVlqC } from "../host/wire/index.js";
import { stm32f446 } from "./boards/index.js";
import { TestMcu } from "./testing/test-mcu.js";

/** Rows of 40 steps on four steppers at 4 kHz each, ready framed: what a fast print sends. */
const ROWS = 40_000;
const ROWS_PER_BLOCK = 5;
const INTERVAL = 45_000;
const COUNT = 40;

function blocks(mcu: TestMcu): Uint8Array[] {
  const format = mcu.parser.lookupCommand("queue_step oid=%c interval=%u count=%hu add=%hi");
  const out: Uint8Array[] = [];
  const payload = new Uint8Array(59);
  for (let i = 0, sequence = 6; i < ROWS; i += ROWS_PER_BLOCK, sequence++) {
    let at = 0;
    for (let k = 0; k < ROWS_PER_BLOCK; k++) {
      at = encodeVlqC(payload, at, format.id);
      for (const value of [(i + k) & 3, INTERVAL, COUNT, (i + k) % 7]) at = encodeVlqC(payload, at, value);
    }
    out.push(encodeBlock(sequence & 15, payload.slice(0, at)));
  }
  return out;
}

function setUp(): TestMcu {
  const mcu = new TestMcu(stm32f446);
  mcu.configure(4, { pins: ["PA0", "PA1", "PA2", "PA3", "PA4", "PA5", "PA6", "PA7"], endstopPin: "PB0" });
  mcu.mcu.onTransmit = () => {};
  return mcu;
}

const prepared = blocks(setUp());

describe(`decode, execute and record ${ROWS} queue_step`, () => {
  bench("blocks of 5 rows, world time moving on", () => {
    const mcu = setUp();
    const ticksPerBlock = (INTERVAL * COUNT * ROWS_PER_BLOCK) / 4;
    const start = mcu.clock + 36_000_000;
    for (let oid = 0; oid < 4; oid++) mcu.send(`reset_step_clock oid=${oid} clock=${start}`);
    // The sequence of the prepared blocks starts where configuration left off.
    const sequence = mcu.mcu["receiver"].nextSequence & 15;
    const world0 = mcu.now;
    for (let i = 0; i < prepared.length; i++) {
      const block = prepared[(i + ((sequence - 6 + 16) & 15)) % prepared.length]!;
      mcu.mcu.receive(block, world0 + Math.max(0, i - 20) * ticksPerBlock / stm32f446.clockFreq);
    }
    mcu.mcu.trace.settle();
    if (mcu.mcu.isShutdown || mcu.mcu.trace.commandCount < ROWS - 100) throw new Error(`Bench ran ${mcu.mcu.trace.commandCount} commands, shutdown ${mcu.mcu.isShutdown}`);
  }, { iterations: 10, time: 2000 });
});
