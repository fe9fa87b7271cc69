/**
 * Writes the rows of one stepper as commands, byte by byte and without a parser in between. The bytes with which all commands of one
 * kind begin (id and oid) are made once.
 */
import { ROW_QUEUE_STEP, ROW_RESET_STEP_CLOCK, ROW_SET_NEXT_STEP_DIR, type StepRowFifo, type StepRowKind } from "../steps/step-row-fifo.js";
import { encodeVlqC, type MessageParser } from "../wire/index.js";

const FORMATS: Readonly<Record<StepRowKind, string>> = {
  [ROW_QUEUE_STEP]: "queue_step oid=%c interval=%u count=%hu add=%hi",
  [ROW_SET_NEXT_STEP_DIR]: "set_next_step_dir oid=%c dir=%c",
  [ROW_RESET_STEP_CLOCK]: "reset_step_clock oid=%c clock=%u",
};
const KINDS: readonly StepRowKind[] = [ROW_QUEUE_STEP, ROW_SET_NEXT_STEP_DIR, ROW_RESET_STEP_CLOCK];

export class StepCommands {
  /** By kind of row. */
  private readonly beginnings: readonly Uint8Array[];

  /** @throws when the firmware lacks a command */
  constructor(parser: MessageParser, oid: number) {
    this.beginnings = KINDS.map((kind) => {
      const out = new Uint8Array(10);
      return out.slice(0, encodeVlqC(out, encodeVlqC(out, 0, parser.lookupCommand(FORMATS[kind]).id), oid));
    });
  }

  /** Writes the oldest row of `fifo` at `start`; answers where it ends. */
  write(fifo: StepRowFifo, bytes: Uint8Array, start: number): number {
    const kind = fifo.headKind();
    const beginning = this.beginnings[kind]!;
    let at = start;
    for (let i = 0; i < beginning.length; i++) bytes[at++] = beginning[i]!;
    at = encodeVlqC(bytes, at, fifo.headInterval());
    if (kind !== ROW_QUEUE_STEP) return at;
    at = encodeVlqC(bytes, at, fifo.headCount());
    return encodeVlqC(bytes, at, fifo.headAdd());
  }
}
