/**
 * Kalico's batch output (`klippy.py CONFIG -i JOB -o FILE -d DICTIONARY`): the blocks that it would send to a micro-controller,
 * decoded to step rows with 64-bit clocks. Steppers are named by their step pin, which both hosts know them by.
 */
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import { Deframer } from "../../host/wire/message-block.js";
import type { MessageParser } from "../../host/wire/message-parser.js";

/** Time of one micro-controller as its rows tell it: clocks and intervals on the wire have 32 bits, and a stepper may rest for longer than those span. */
class StreamTime {
  /** Clock of the latest step of any stepper. */
  latest = 0;

  /** The clock of 64 bits that is nearest to the latest step. */
  nearest(clock: number): number {
    return this.latest + ((clock - this.latest) | 0);
  }

  /** The clock that a stepper's first step after a rest means: rows of all steppers come in about the order of their time. */
  afterRest(clock: number): number {
    return clock < this.latest - 2 ** 31 ? this.nearest(clock) : clock;
  }
}

class RowBuilder {
  readonly #time: StreamTime;
  readonly columns = { firstClock: [] as number[], interval: [] as number[], count: [] as number[], add: [] as number[], dir: [] as number[] };
  /** Clock of the last step, or what it was reset to. */
  #last = 0;
  #dir = 0;

  constructor(time: StreamTime) {
    this.#time = time;
  }

  setDirection(dir: number): void {
    this.#dir = dir;
  }

  reset(clock: number): void {
    this.#last = this.#time.nearest(clock);
  }

  /** Step k of a row comes `interval + k·add` after the one before. */
  add(interval: number, count: number, add: number): void {
    const first = this.#time.afterRest(this.#last + interval);
    this.columns.firstClock.push(first);
    this.columns.interval.push(interval);
    this.columns.count.push(count);
    this.columns.add.push(add);
    this.columns.dir.push(this.#dir);
    this.#last = first + (count - 1) * interval + (add * count * (count - 1)) / 2;
    this.#time.latest = Math.max(this.#time.latest, this.#last);
  }
}

/**
 * Step rows by step pin.
 * @param name of the micro-controller, before the pin: "mcu:PF0"
 * @throws Error when the bytes are no blocks, or steps come for a stepper that was not configured
 */
export function decodeBatchOutput(bytes: Uint8Array, parser: MessageParser, name: string): StepColumns[] {
  const time = new StreamTime();
  const steppers = new Map<number, { pin: string; rows: RowBuilder }>();
  const rowsOf = (oid: unknown): RowBuilder => {
    const stepper = steppers.get(Number(oid));
    if (stepper === undefined) throw new Error(`The batch output has steps for oid ${String(oid)}, which is no stepper`);
    return stepper.rows;
  };
  const deframer = new Deframer((_sequence, buf, start, end) => {
    for (const message of parser.parseAll(buf, start, end)) {
      switch (message["#name"]) {
        case "config_stepper": steppers.set(Number(message["oid"]), { pin: String(message["step_pin"]), rows: new RowBuilder(time) }); break;
        case "set_next_step_dir": rowsOf(message["oid"]).setDirection(Number(message["dir"])); break;
        case "reset_step_clock": rowsOf(message["oid"]).reset(Number(message["clock"])); break;
        case "queue_step": rowsOf(message["oid"]).add(Number(message["interval"]), Number(message["count"]), Number(message["add"])); break;
        default:
      }
    }
  });
  deframer.push(bytes);
  if (deframer.bytesInvalid > 0) throw new Error(`The batch output holds ${deframer.bytesInvalid} bytes that are no message block`);
  return [...steppers.values()].map(({ pin, rows }) => ({ name: `${name}:${pin}`, length: rows.columns.firstClock.length, ...rows.columns }));
}
