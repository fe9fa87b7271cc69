/**
 * Stage steps → mcu → transport: merges the step rows of all steppers of one MCU by their request clock, gives
 * each its earliest transmit time, and writes them as commands into the transmit queue.
 *
 * The MCU has a fixed number of move slots. A heap holds the clock at which each slot becomes free; a command that
 * takes a slot may not arrive before the earliest of them (its min_clock), and puts its own clock of release
 * in. So the MCU never holds more moves than it can, and no stepper starves another.
 */
import { McuError } from "../errors.js";
import {
  ROW_QUEUE_STEP,
  ROW_RESET_STEP_CLOCK,
  ROW_SET_NEXT_STEP_DIR,
  type StepRowFifo,
} from "../steps/step-row-fifo.js";
import type { CommandQueue, SerialQueue } from "../transport/serialqueue.js";
import { encodeVlqC, type MessageParser } from "../wire/index.js";

/** What is needed of a stepper's steps (class StepperSteps). */
export interface StepQueue {
  /** Name of the stepper, for reports. */
  readonly name?: string;
  readonly oid: number;
  readonly out: StepRowFifo;
  setTime(timeOffset: number, freq: number): void;
  /** Packs steps into rows up to a clock. @throws when steps cannot be expressed */
  flush(moveClock: number): void;
  expireHistory(clock: number): void;
}

/** Id and oid, the bytes with which all commands of one kind for one stepper begin. */
interface Prefixes {
  readonly queueStep: Uint8Array;
  readonly setNextStepDir: Uint8Array;
  readonly resetStepClock: Uint8Array;
}

/** Kalico's steppersync. */
export class StepperSync {
  private readonly name: string;
  private readonly serialQueue: SerialQueue;
  private readonly cq: CommandQueue;
  private readonly stepQueues: readonly StepQueue[];
  private readonly fifos: readonly StepRowFifo[];
  private readonly prefixes: readonly Prefixes[];
  private readonly slots: SlotHeap;

  constructor(options: {
    name: string;
    serialQueue: SerialQueue;
    parser: MessageParser;
    stepQueues: readonly StepQueue[];
    moveSlots: number;
  }) {
    this.name = options.name;
    this.serialQueue = options.serialQueue;
    this.cq = options.serialQueue.allocCommandQueue();
    this.stepQueues = [...options.stepQueues];
    this.fifos = this.stepQueues.map((queue) => queue.out);
    this.slots = new SlotHeap(options.moveSlots);
    const ids =
      this.stepQueues.length === 0
        ? [0, 0, 0]
        : STEP_COMMANDS.map((format) => options.parser.lookupCommand(format).id);
    this.prefixes = this.stepQueues.map(({ oid }) => ({
      queueStep: prefix(ids[0]!, oid),
      setNextStepDir: prefix(ids[1]!, oid),
      resetStepClock: prefix(ids[2]!, oid),
    }));
  }

  /** New mapping clock = (printTime - timeOffset) · freq for the steps to come. */
  setTime(timeOffset: number, freq: number): void {
    for (const queue of this.stepQueues) queue.setTime(timeOffset, freq);
  }

  /** Sends the rows up to `moveClock`, forgets history before `clearHistoryClock`. @throws McuError */
  flush(moveClock: number, clearHistoryClock: number): void {
    try {
      for (const queue of this.stepQueues) queue.flush(moveClock);
    } catch (error) {
      const failure = new McuError(`Internal error in MCU '${this.name}' stepcompress`);
      failure.cause = error;
      throw failure;
    }
    this.sendRows(moveClock);
    for (const queue of this.stepQueues) queue.expireHistory(clearHistoryClock);
  }

  private sendRows(moveClock: number): void {
    const { fifos, slots, serialQueue, cq } = this;
    let firstMinClock = -1;
    for (;;) {
      let index = -1;
      let reqClock = Infinity;
      for (let i = 0; i < fifos.length; i++) {
        const clock = fifos[i]!.headReqClock();
        if (clock < reqClock) {
          reqClock = clock;
          index = i;
        }
      }
      if (index < 0) break;
      const fifo = fifos[index]!;
      const releaseClock = fifo.headMinClock();
      if (releaseClock !== 0 && reqClock > moveClock) break;
      const minClock = slots.earliest();
      if (releaseClock !== 0) slots.replaceEarliest(releaseClock);
      cq.reserve();
      const end = this.encodeHead(fifo, this.prefixes[index]!);
      const queuedMinClock = serialQueue.enqueue(cq, end, minClock, reqClock);
      if (firstMinClock < 0) firstMinClock = queuedMinClock;
      fifo.shift();
    }
    if (firstMinClock >= 0) serialQueue.kick(firstMinClock);
  }

  /** Writes the oldest row of `fifo` at the end of the queue's bytes; answers where it ends. */
  private encodeHead(fifo: StepRowFifo, prefixes: Prefixes): number {
    const { bytes, byteTail } = this.cq;
    const interval = fifo.headInterval();
    switch (fifo.headKind()) {
      case ROW_QUEUE_STEP: {
        let at = copy(prefixes.queueStep, bytes, byteTail);
        at = encodeVlqC(bytes, at, interval);
        at = encodeVlqC(bytes, at, fifo.headCount());
        return encodeVlqC(bytes, at, fifo.headAdd());
      }
      case ROW_SET_NEXT_STEP_DIR:
        return encodeVlqC(bytes, copy(prefixes.setNextStepDir, bytes, byteTail), interval);
      case ROW_RESET_STEP_CLOCK:
        return encodeVlqC(bytes, copy(prefixes.resetStepClock, bytes, byteTail), interval);
    }
  }
}

const STEP_COMMANDS = [
  "queue_step oid=%c interval=%u count=%hu add=%hi",
  "set_next_step_dir oid=%c dir=%c",
  "reset_step_clock oid=%c clock=%u",
] as const;

/** Binary min-heap of the clocks at which move slots become free; all are free at the start. */
export class SlotHeap {
  private readonly clocks: Float64Array;

  constructor(slots: number) {
    this.clocks = new Float64Array(slots);
  }

  /** Clock of the slot that becomes free first; 0 when the MCU has none to account for. */
  earliest(): number {
    return this.clocks.length === 0 ? 0 : this.clocks[0]!;
  }

  /** Takes the slot that is free first until `clock`. */
  replaceEarliest(clock: number): void {
    const { clocks } = this;
    const count = clocks.length;
    if (count === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const leftClock = left < count ? clocks[left]! : Infinity;
      const rightClock = right < count ? clocks[right]! : Infinity;
      if (clock <= leftClock && clock <= rightClock) break;
      if (leftClock < rightClock) {
        clocks[at] = leftClock;
        at = left;
      } else {
        clocks[at] = rightClock;
        at = right;
      }
    }
    clocks[at] = clock;
  }
}

function prefix(id: number, oid: number): Uint8Array {
  const out = new Uint8Array(10);
  return out.slice(0, encodeVlqC(out, encodeVlqC(out, 0, id), oid));
}

function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  for (let i = 0; i < from.length; i++) to[at + i] = from[i]!;
  return at + from.length;
}
