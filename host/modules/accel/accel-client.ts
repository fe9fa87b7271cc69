/** Samples that somebody in the host wants, from the present end of the queued moves to that at which it has enough. */
import { writeFileSync } from "node:fs";
import type { Printer } from "../../heaters/host-types.js";
import type { Mcu } from "../../mcu/mcu.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { Batch } from "./batch-bulk.js";

/** Print time (s) and mm/s² in the axes of the machine. */
export type AccelSample = readonly [time: number, x: number, y: number, z: number];

/** Batches are taken up to here, some 16 minutes, so that a forgotten measurement does not fill the memory. */
const MOST_BATCHES = 10000;
const HEADER = "#time,accel_x,accel_y,accel_z";

/** Pause between two looks at the micro-controller's clock, s. */
const POLL_SECONDS = 0.1;

interface MoveTimes {
  getLastMoveTime(): number;
  waitMoves(): Promise<void>;
}

export class AccelClient {
  private readonly printer: Printer;
  private readonly toolhead: MoveTimes;
  private readonly batches: (readonly AccelSample[])[] = [];
  private readonly start: number;
  private end: number;
  private isFinished = false;

  constructor(printer: Printer) {
    this.printer = printer;
    this.toolhead = printer.lookupObject<MoveTimes>("toolhead");
    this.start = this.end = this.toolhead.getLastMoveTime();
  }

  /** Takes a batch; false: wants no more. */
  handleBatch(batch: Batch): boolean {
    if (this.isFinished || this.batches.length >= MOST_BATCHES) return false;
    this.batches.push(batch["data"] as readonly AccelSample[]);
    return true;
  }

  /** Ends with the moves that are queued now, and waits until they are done. */
  async finishMeasurements(): Promise<void> {
    this.end = this.toolhead.getLastMoveTime();
    await this.toolhead.waitMoves();
    // In a batch of moves nobody waits for them; samples take their time all the same.
    const mcu = this.printer.lookupObject<Mcu>("mcu"), reactor = this.printer.getReactor();
    let now = reactor.monotonic();
    while (mcu.estimatedPrintTime(now) < this.end && !this.printer.isShutdown()) now = await reactor.pause(now + POLL_SECONDS);
    this.isFinished = true;
  }

  /** Whether anything was measured while it was wanted. */
  hasValidSamples(): boolean {
    return this.batches.some((batch) => batch[0]![0] <= this.end && batch.at(-1)![0] >= this.start);
  }

  getSamples(): AccelSample[] {
    return this.batches.flatMap((batch) => batch.filter(([time]) => time >= this.start && time <= this.end));
  }

  /** Writes the samples as comma separated values. @throws what node:fs throws */
  writeToFile(filename: string): void {
    writeSamples(filename, this.getSamples());
  }
}

/** Writes samples as comma separated values. @throws what node:fs throws */
export function writeSamples(filename: string, samples: readonly AccelSample[]): void {
  const lines = samples.map((sample) => sample.map((value) => formatFixed(value, 6)).join(","));
  writeFileSync(filename, `${[HEADER, ...lines].join("\n")}\n`);
}
