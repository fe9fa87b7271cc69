/**
 * Everything downstream of planning: step generators → rows → micro-controllers, moved along by print time (s).
 *
 * Whoever plans moves says how far (`extend`); whoever has no time to wait says to where it must be sent (`sendTo`,
 * `sendAll`). Segments and past rows are kept for 30 s, since homing asks where a stepper was.
 */
import type { Mcu } from "../mcu/mcu.js";
import type { Trapq } from "../steps/trapq.js";
import { PrintTimeline, sliceEnds } from "./print-timeline.js";

/** Generates steps up to a print time. */
export type StepGenerator = (flushTime: number) => void;

const HISTORY_SECONDS = 30;

export class StepPipeline {
  readonly times = new PrintTimeline();
  readonly generators = new Set<StepGenerator>();
  private readonly trapqs = new Set<Trapq>();
  private readonly mcus: readonly Mcu[];
  private readonly hasClock: () => boolean;
  private historyStart = 0;

  /** @param hasClock whether micro-controllers tell the time; without, history is measured from what was sent. */
  constructor(mcus: readonly Mcu[], hasClock: () => boolean) {
    this.mcus = mcus;
    this.hasClock = hasClock;
  }

  /** Segments of `added` are retired with the steps made of them, those of `dropped` no longer. */
  exchangeTrapq(dropped: Trapq | null, added: Trapq | null): void {
    if (dropped !== null) this.trapqs.delete(dropped);
    if (added !== null) this.trapqs.add(added);
  }

  /** Sends everything up to `time`, as far as it is not sent yet. */
  sendTo(time: number): void {
    const { times } = this;
    const sendEnd = Math.max(time, times.sent);
    const stepEnd = times.generationFor(sendEnd);
    for (const generate of this.generators) generate(stepEnd);
    times.generated = Math.max(times.generated, stepEnd);
    const historyStart = this.hasClock() ? this.historyStart : sendEnd - HISTORY_SECONDS;
    for (const trapq of this.trapqs) trapq.finalizeMoves(stepEnd - times.window, historyStart);
    for (const mcu of this.mcus) mcu.flushMoves(sendEnd, historyStart);
    times.sent = sendEnd;
  }

  /** Moves are planned up to `end`: sends what this makes sendable. */
  extend(end: number): void {
    const { times } = this;
    const start = Math.max(times.sent, times.sendable);
    times.planned = Math.max(times.planned, end);
    for (const sliceEnd of sliceEnds(start, Math.max(start, times.sendable))) this.sendTo(sliceEnd);
  }

  /** Sends all steps that were asked for, up to the last one: what is planned later is a new stretch. */
  sendAll(): void {
    const { times } = this;
    this.sendTo(times.wantedSteps);
    times.generated = Math.max(times.generated, times.planned);
  }

  /** Forgets what is 30 s past for a micro-controller at `mcuTime`. */
  expireHistory(mcuTime: number): void {
    this.historyStart = mcuTime - HISTORY_SECONDS;
  }
}
