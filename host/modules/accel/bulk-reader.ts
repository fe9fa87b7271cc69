/**
 * Samples that the firmware sends in numbered messages, and when they were taken. Before each batch the firmware is asked how many samples it
 * has had by which clock; answers that took unusually long say little about the clock and are passed over.
 */
import type { CommandQueryWrapper } from "../../mcu/mcu-commands.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { CommandQueue } from "../../transport/serialqueue.js";
import { SampleClock } from "./sample-clock.js";

const STATUS = "sensor_bulk_status oid=%c clock=%u query_ticks=%u next_sequence=%hu buffered=%u possible_overflows=%hu";
/** Greatest message with samples, bytes. */
const MESSAGE_BYTES = 51;
/** Half a sample for a question that comes in between two, half for the chip's own delay. */
const COUNT_OFFSET = 1;
/** Ticks that no answer takes. */
const ANY_TICKS = 2 ** 31;
/** Answers so quick are never passed over for long. */
const QUICK_SECONDS = 0.000005;

/** The number that has the low 16 bits `low` and is at most 65535 above `reference`. */
const sinceThen = (reference: number, low: number): number => reference + ((low - reference) & 0xffff);
/** The number nearest to `reference` that has the low 16 bits `low`. */
const nearest = (reference: number, low: number): number => reference + (((low - reference) << 16) >> 16);

export interface BulkFormat {
  readonly sampleBytes: number;
  /** Samples over which times are smoothed. */
  readonly smoothing: number;
  /** Command of the firmware that asks for the state, e.g. `query_adxl345_status oid=%c`. */
  readonly statusCommand: string;
}

/** Takes a sample: print time, s, and where its bytes are. */
export type SampleSink = (printTime: number, bytes: Uint8Array, at: number) => void;

export class BulkReader {
  overflows = 0;
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly format: BulkFormat;
  private readonly perMessage: number;
  private readonly clock: SampleClock;
  private statusQuery: CommandQueryWrapper | undefined;
  private messages: { readonly sequence: number; readonly data: Uint8Array }[] = [];
  private sequence = 0;
  private greatestTicks = ANY_TICKS;

  constructor(mcu: Mcu, oid: number, format: BulkFormat) {
    this.mcu = mcu;
    this.oid = oid;
    this.format = format;
    this.perMessage = Math.floor(MESSAGE_BYTES / format.sampleBytes);
    this.clock = new SampleClock(format.smoothing);
    mcu.registerResponse((params) => {
      this.messages.push({ sequence: params.sequence as number, data: (params.data as Uint8Array).slice() });
    }, "sensor_bulk_data", oid);
  }

  /** While the micro-controller is being configured. */
  lookUpCommands(cq: CommandQueue): void {
    this.statusQuery = this.mcu.lookupQueryCommand(this.format.statusCommand, STATUS, { oid: this.oid, cq });
  }

  /** The firmware has begun to collect. */
  async start(): Promise<void> {
    this.messages = [];
    this.sequence = this.overflows = 0;
    this.greatestTicks = ANY_TICKS;
    await this.askState((count, clock) => this.clock.restart(count, clock));
    this.greatestTicks = ANY_TICKS;
  }

  stop(): void {
    this.messages = [];
  }

  /** Hands out the samples that came since the last call, oldest first. */
  async pull(sink: SampleSink): Promise<void> {
    await this.askState((count, clock) => this.clock.observe(count, clock));
    const { messages, perMessage } = this;
    this.messages = [];
    if (messages.length === 0) return;
    const { sampleBytes } = this.format;
    const line = this.clock.line();
    const base = this.mcu.clockToPrintTime(line.clock);
    const perSample = this.mcu.clockToPrintTime(line.clock + line.ticksPerSample) - base;
    let last = 0;
    for (const { sequence, data } of messages) {
      const first = nearest(this.sequence, sequence) * perMessage;
      for (let i = 0; (i + 1) * sampleBytes <= data.length; i++) {
        last = first + i;
        sink(base + (last - line.count) * perSample, data, i * sampleBytes);
      }
    }
    this.clock.handOut(last);
  }

  private async askState(observe: (count: number, clock: number) => void): Promise<void> {
    const params = (await this.statusQuery!.send([this.oid])) as unknown as Record<"clock" | "query_ticks" | "next_sequence" | "buffered" | "possible_overflows", number>;
    const clock = this.mcu.clock32ToClock64(params.clock);
    this.sequence = sinceThen(this.sequence, params.next_sequence);
    this.overflows = sinceThen(this.overflows, params.possible_overflows);
    const ticks = params.query_ticks;
    const isSlow = ticks > this.greatestTicks;
    this.greatestTicks = isSlow ? Math.max(2 * this.greatestTicks, this.mcu.secondsToClock(QUICK_SECONDS)) : 2 * ticks;
    if (isSlow) return;
    const count = this.sequence * this.perMessage + Math.floor(params.buffered / this.format.sampleBytes) + COUNT_OFFSET;
    observe(count, clock + Math.floor(ticks / 2));
  }
}
