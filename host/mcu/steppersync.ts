/**
 * Stage steps → mcu → transport: merges the step rows of all steppers of one MCU by their request clock, gives
 * each its earliest transmit time, and writes them as commands into the transmit queue.
 *
 * The MCU has a fixed number of move slots. A heap holds the clock at which each slot becomes free; a command that
 * takes a slot may not arrive before the earliest of them (its min_clock), and puts its own clock of release
 * in. So the MCU never holds more moves than it can, and no stepper starves another.
 */
import { McuError } from "../errors.js";
import type { StepRowFifo } from "../steps/step-row-fifo.js";
import type { CommandQueue, SerialQueue } from "../transport/serialqueue.js";
import type { MessageParser } from "../wire/index.js";
import { MoveSlots } from "./move-slots.js";
import { NO_QUEUE, RowMerge } from "./row-merge.js";
import { StepCommands } from "./step-commands.js";

/** What is needed of a stepper's steps (class StepperSteps). */
export interface StepQueue {
  /** Name of the stepper, for reports. */
  readonly name?: string;
  readonly oid: number;
  readonly out: StepRowFifo;
  setTime(timeOffset: number, freq: number): void;
  /** Packs steps into rows up to a clock. @throws when steps cannot be expressed; its `logLine`, if it has one, is for the log */
  flush(moveClock: number): void;
  expireHistory(clock: number): void;
}

/** Kalico's steppersync. */
export class StepperSync {
  private readonly name: string;
  private readonly log: (line: string) => void;
  private readonly serialQueue: SerialQueue;
  private readonly cq: CommandQueue;
  private readonly stepQueues: readonly StepQueue[];
  private readonly fifos: readonly StepRowFifo[];
  private readonly merge: RowMerge;
  private readonly commands: readonly StepCommands[];
  private readonly slots: MoveSlots;

  constructor(options: {
    name: string;
    serialQueue: SerialQueue;
    parser: MessageParser;
    stepQueues: readonly StepQueue[];
    moveSlots: number;
    log?: (line: string) => void;
  }) {
    this.name = options.name;
    this.log = options.log ?? (() => undefined);
    this.serialQueue = options.serialQueue;
    this.cq = options.serialQueue.allocCommandQueue();
    this.stepQueues = [...options.stepQueues];
    this.fifos = this.stepQueues.map((queue) => queue.out);
    this.merge = new RowMerge(this.fifos);
    this.commands = this.stepQueues.map(({ oid }) => new StepCommands(options.parser, oid));
    this.slots = new MoveSlots(options.moveSlots);
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
      const { logLine } = error as { logLine?: string };
      if (logLine !== undefined) this.log(logLine);
      const failure = new McuError(`Internal error in MCU '${this.name}' stepcompress`);
      failure.cause = error;
      throw failure;
    }
    this.sendRows(moveClock);
    for (const queue of this.stepQueues) queue.expireHistory(clearHistoryClock);
  }

  private sendRows(moveClock: number): void {
    const { fifos, commands, merge, slots, serialQueue, cq } = this;
    let firstMinClock = -1;
    for (let at = merge.first(); at !== NO_QUEUE; at = merge.after(at)) {
      const fifo = fifos[at]!;
      const reqClock = fifo.headReqClock();
      const releaseClock = fifo.headMinClock();
      const takesSlot = releaseClock !== 0;
      if (takesSlot && reqClock > moveClock) break;
      const slotFreeClock = slots.earliest();
      if (takesSlot) slots.replaceEarliest(releaseClock);
      cq.reserve();
      const end = commands[at]!.write(fifo, cq.bytes, cq.byteTail);
      const minClock = serialQueue.enqueue(cq, end, slotFreeClock, reqClock);
      if (firstMinClock < 0) firstMinClock = minClock;
      fifo.shift();
    }
    if (firstMinClock >= 0) serialQueue.kick(firstMinClock);
  }
}
