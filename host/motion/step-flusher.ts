/**
 * Print time, and how far the steps up to it have been generated and handed to the micro-controllers.
 *
 * Steps are generated a little further than they are sent, so that the step compression sees what follows;
 * and never up to the end of what is planned, because pressure advance looks around each step by the scan
 * window (`kinFlushDelay`). All times are print times, s.
 */
import type { Mcu } from "../mcu/mcu.js";
import type { Trapq } from "../steps/trapq.js";

/** Generates steps up to a print time. */
export type StepGenerator = (flushTime: number) => void;

const BUFFER_TIME_START = 0.25;
const MIN_KIN_TIME = 0.1;
const MOVE_BATCH_TIME = 0.5;
const STEPCOMPRESS_FLUSH_TIME = 0.05;
/** Reach of the step+dir+step filter of the step compression. */
const SDS_CHECK_TIME = 0.001;
const MOVE_HISTORY_EXPIRE = 30;
const DRIP_TIME = 0.1;

export class StepFlusher {
  /** End of what is planned. */
  printTime = 0;
  /** End of what was sent. */
  lastFlushTime = 0;
  /** Scan window of the solvers on either side of a step. */
  kinFlushDelay = SDS_CHECK_TIME;
  /** The background flush has to reach this. */
  needFlushTime = 0;
  /** Where moves were before this is forgotten. */
  private clearHistoryTime = 0;
  private minRestartTime = 0;
  private stepGenTime = 0;
  private readonly scanTimes: number[] = [];
  private readonly generators: StepGenerator[] = [];
  private readonly trapqs: Trapq[] = [];
  private readonly mcus: readonly Mcu[];

  constructor(mcus: readonly Mcu[]) {
    this.mcus = mcus;
  }

  /** Generates and sends the steps up to `flushTime`. Without a clock to wait for, history expires by print time. */
  advanceFlushTime(flushTime: number, isTimed: boolean): void {
    flushTime = Math.max(flushTime, this.lastFlushTime);
    const wanted = Math.min(flushTime + STEPCOMPRESS_FLUSH_TIME, this.printTime - this.kinFlushDelay);
    const stepGenTime = Math.max(wanted, flushTime);
    for (const generate of this.generators) generate(stepGenTime);
    this.minRestartTime = Math.max(this.minRestartTime, stepGenTime);
    const clearHistoryTime = isTimed ? this.clearHistoryTime : flushTime - MOVE_HISTORY_EXPIRE;
    const freeTime = stepGenTime - this.kinFlushDelay;
    for (const trapq of this.trapqs) trapq.finalizeMoves(freeTime, clearHistoryTime);
    for (const mcu of this.mcus) mcu.flushMoves(flushTime, clearHistoryTime);
    this.lastFlushTime = flushTime;
  }

  /** Moves print time on to `nextPrintTime`, flushing in slices so that no batch of steps gets large. */
  advanceMoveTime(nextPrintTime: number, isTimed: boolean): void {
    const delay = this.kinFlushDelay + STEPCOMPRESS_FLUSH_TIME;
    let flushTime = Math.max(this.lastFlushTime, this.printTime - delay);
    this.printTime = Math.max(this.printTime, nextPrintTime);
    const wanted = Math.max(flushTime, this.printTime - delay);
    do {
      flushTime = Math.min(flushTime + MOVE_BATCH_TIME, wanted);
      this.advanceFlushTime(flushTime, isTimed);
    } while (flushTime < wanted);
  }

  /** Generates and sends all that is planned; a new stretch of moves starts after it. */
  flushAll(isTimed: boolean): void {
    this.advanceFlushTime(this.stepGenTime, isTimed);
    this.minRestartTime = Math.max(this.minRestartTime, this.printTime);
  }

  /** Puts print time far enough ahead of `estPrintTime` for a new stretch of moves; true when it had to be moved. */
  restart(estPrintTime: number): boolean {
    const kinTime = Math.max(estPrintTime + MIN_KIN_TIME, this.minRestartTime) + this.kinFlushDelay;
    const minPrintTime = Math.max(estPrintTime + BUFFER_TIME_START, kinTime);
    if (minPrintTime <= this.printTime) return false;
    this.printTime = minPrintTime;
    return true;
  }

  /** How far print time may be ahead of the micro-controller during a drip move. */
  get dripLead(): number {
    return DRIP_TIME + STEPCOMPRESS_FLUSH_TIME + this.kinFlushDelay;
  }

  /** Something is queued up to `mqTime`; with `setStepGenTime` also steps to generate. */
  noteActivity(mqTime: number, setStepGenTime: boolean): void {
    this.needFlushTime = Math.max(this.needFlushTime, mqTime);
    if (setStepGenTime) this.stepGenTime = Math.max(this.stepGenTime, mqTime);
  }

  /** Forgets what is more than 30 s before `estPrintTime`. */
  expireHistory(estPrintTime: number): void {
    this.clearHistoryTime = estPrintTime - MOVE_HISTORY_EXPIRE;
  }

  /** Adds the scan window `delay` of a solver, in place of its `oldDelay`; 0: none. */
  changeScanTime(delay: number, oldDelay: number): void {
    if (oldDelay) this.scanTimes.splice(this.scanTimes.indexOf(oldDelay), 1);
    if (delay) this.scanTimes.push(delay);
    this.kinFlushDelay = Math.max(SDS_CHECK_TIME, ...this.scanTimes);
  }

  addGenerator(handler: StepGenerator): void {
    this.generators.push(handler);
  }

  removeGenerator(handler: StepGenerator): void {
    const index = this.generators.indexOf(handler);
    if (index >= 0) this.generators.splice(index, 1);
  }

  /** Retires the segments of this trapq as their steps are generated. */
  keepTrapq(trapq: Trapq | null): void {
    if (trapq !== null) this.trapqs.push(trapq);
  }

  dropTrapq(trapq: Trapq | null): void {
    const index = trapq === null ? -1 : this.trapqs.indexOf(trapq);
    if (index >= 0) this.trapqs.splice(index, 1);
  }
}
