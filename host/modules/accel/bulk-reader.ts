/**
 * Samples that the firmware sends in numbered messages, and when they were taken. Before each batch the firmware is asked how many samples it
 * has had by which clock; answers that took unusually long say little about the clock and are passed over.
 */
import type { CommandQueryWrapper } from "../../mcu/mcu-commands.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { CommandQueue } from "../../transport/serialqueue.js";
import { BulkProgress, type BulkState } from "./bulk-progress.js";
import { SampleClock } from "./sample-clock.js";

const STATUS = "sensor_bulk_status oid=%c clock=%u query_ticks=%u next_sequence=%hu buffered=%u possible_overflows=%hu";
/** Greatest message with samples, bytes. */
const MESSAGE_BYTES = 51;
/** Answers so quick are never passed over for long. */
const QUICK_SECONDS = 0.000005;

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
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly format: BulkFormat;
  private readonly perMessage: number;
  private readonly clock: SampleClock;
  private statusQuery: CommandQueryWrapper | undefined;
  private progress: BulkProgress | undefined;
  private messages: { readonly sequence: number; readonly data: Uint8Array }[] = [];

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

  /** Samples that the chip may have lost since the start. */
  get overflows(): number { return this.progress?.overflows ?? 0; }

  /** While the micro-controller is being configured: its frequency is known. */
  lookUpCommands(cq: CommandQueue): void {
    this.statusQuery = this.mcu.lookupQueryCommand(this.format.statusCommand, STATUS, { oid: this.oid, cq });
    this.progress = new BulkProgress(this.format.sampleBytes, this.perMessage, this.mcu.secondsToClock(QUICK_SECONDS));
  }

  /** The firmware has begun to collect. */
  async start(): Promise<void> {
    this.messages = [];
    const { count, clock } = this.progress!.restart(await this.askState());
    this.clock.restart(count, clock);
  }

  stop(): void {
    this.messages = [];
  }

  /** Hands out the samples that came since the last call, oldest first. */
  async pull(sink: SampleSink): Promise<void> {
    const progress = this.progress!, observation = progress.observe(await this.askState());
    if (observation !== undefined) this.clock.observe(observation.count, observation.clock);
    const { messages } = this;
    this.messages = [];
    if (messages.length === 0) return;
    const { sampleBytes } = this.format;
    const line = this.clock.line();
    const base = this.mcu.clockToPrintTime(line.clock);
    const perSample = this.mcu.clockToPrintTime(line.clock + line.ticksPerSample) - base;
    let last = 0;
    for (const { sequence, data } of messages) {
      const first = progress.firstSampleOf(sequence);
      for (let i = 0; (i + 1) * sampleBytes <= data.length; i++) {
        last = first + i;
        sink(base + (last - line.count) * perSample, data, i * sampleBytes);
      }
    }
    this.clock.handOut(last);
  }

  private async askState(): Promise<BulkState> {
    const params = (await this.statusQuery!.send([this.oid])) as unknown as Record<"clock" | "query_ticks" | "next_sequence" | "buffered" | "possible_overflows", number>;
    return {
      clock: this.mcu.clock32ToClock64(params.clock), queryTicks: params.query_ticks, nextSequence: params.next_sequence,
      buffered: params.buffered, overflows: params.possible_overflows,
    };
  }
}
