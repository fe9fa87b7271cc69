/**
 * Kalico's batch output (`klippy.py CONFIG -i JOB -o FILE -d DICTIONARY`): the blocks that it would send to a micro-controller,
 * decoded to step rows with 64-bit clocks. Steppers are named by their step pin, which both hosts know them by.
 */
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import { Deframer } from "../../host/wire/message-block.js";
import type { MessageParser } from "../../host/wire/message-parser.js";

class RowBuilder {
  readonly columns = { firstClock: [] as number[], interval: [] as number[], count: [] as number[], add: [] as number[], dir: [] as number[] };
  /** Clock of the last step, or what it was reset to. */
  #last = 0;
  #dir = 0;

  setDirection(dir: number): void {
    this.#dir = dir;
  }

  /** Clocks on the wire have 32 bits: the nearest to the last one is meant. */
  reset(clock: number): void {
    this.#last += (clock - this.#last) | 0;
  }

  /** Step k of a row comes `interval + k·add` after the one before. */
  add(interval: number, count: number, add: number): void {
    const first = this.#last + interval;
    this.columns.firstClock.push(first);
    this.columns.interval.push(interval);
    this.columns.count.push(count);
    this.columns.add.push(add);
    this.columns.dir.push(this.#dir);
    this.#last = first + (count - 1) * interval + (add * count * (count - 1)) / 2;
  }
}

/**
 * Step rows by step pin.
 * @param name of the micro-controller, before the pin: "mcu:PF0"
 * @throws Error when the bytes are no blocks, or steps come for a stepper that was not configured
 */
export function decodeBatchOutput(bytes: Uint8Array, parser: MessageParser, name: string): StepColumns[] {
  const steppers = new Map<number, { pin: string; rows: RowBuilder }>();
  const rowsOf = (oid: unknown): RowBuilder => {
    const stepper = steppers.get(Number(oid));
    if (stepper === undefined) throw new Error(`The batch output has steps for oid ${String(oid)}, which is no stepper`);
    return stepper.rows;
  };
  const deframer = new Deframer((_sequence, buf, start, end) => {
    for (const message of parser.parseAll(buf, start, end)) {
      switch (message["#name"]) {
        case "config_stepper": steppers.set(Number(message["oid"]), { pin: String(message["step_pin"]), rows: new RowBuilder() }); break;
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
