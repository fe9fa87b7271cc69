/**
 * The clock of a further MCU, whose print times follow the main MCU's. Its crystal runs at a slightly other
 * rate, so clock = (printTime - offset) · freq with an adjusted pair, renewed every second: the new mapping agrees
 * with the old one at the point up to which moves are planned (t1) and with both measured clocks at a point at
 * least 4 s later (t2). So print times never jump, and drift is taken out before it matters.
 */
import type { LogLevel } from "../observer.js";
import type { Reactor } from "../reactor/reactor.js";
import { ClockSync } from "./clocksync.js";
import type { SerialReader } from "./serialhdl.js";

const MIN_CONVERGE_SECONDS = 4;
/** Planning that runs ahead this many times as long postpones the point of agreement. */
const LOOKAHEAD_FACTOR = 2.5;

/** Kalico's SecondarySync. */
export class SecondarySync extends ClockSync {
  private readonly mainSync: ClockSync;
  private adjustedOffset = 0;
  private adjustedFreq = 1;
  private lastSyncTime = 0;

  constructor(reactor: Reactor, log: (level: LogLevel, message: string) => void, mainSync: ClockSync) {
    super(reactor, log);
    this.mainSync = mainSync;
  }

  override async connect(serial: SerialReader): Promise<void> {
    await super.connect(serial);
    this.adjustedOffset = 0;
    this.adjustedFreq = this.mcuFreq;
    const eventTime = this.reactor.monotonic();
    this.adjustedOffset = this.mainSync.estimatedPrintTime(eventTime) - this.estimatedPrintTime(eventTime);
    this.calibrateClock(0, eventTime);
  }

  override printTimeToClock(printTime: number): number {
    this.warnIfUnsynced("clock is untrustworthy");
    return Math.trunc((printTime - this.adjustedOffset) * this.adjustedFreq);
  }

  override clockToPrintTime(clock: number): number {
    this.warnIfUnsynced("print time is untrustworthy");
    return clock / this.adjustedFreq + this.adjustedOffset;
  }

  override calibrateClock(printTime: number, eventTime: number): [offset: number, freq: number] {
    const main = this.mainSync.clockEst;
    const mainFreq = this.mainSync.mcuFreq;
    const estPrintTime = ((eventTime - main.time) * main.freq + main.clock) / mainFreq;
    const sync1PrintTime = Math.max(printTime, estPrintTime);
    const sync2PrintTime = Math.max(
      sync1PrintTime + MIN_CONVERGE_SECONDS,
      this.lastSyncTime,
      printTime + LOOKAHEAD_FACTOR * (printTime - estPrintTime),
    );
    const sync2EventTime = main.time + (sync2PrintTime * mainFreq - main.clock) / main.freq;
    const sync1Clock = this.printTimeToClock(sync1PrintTime);
    const sync2Clock = this.getClock(sync2EventTime);
    const freq = (sync2Clock - sync1Clock) / (sync2PrintTime - sync1PrintTime);
    this.adjustedOffset = sync1PrintTime - sync1Clock / freq;
    this.adjustedFreq = freq;
    this.lastSyncTime = sync2PrintTime;
    return [this.adjustedOffset, freq];
  }

  override stats(eventTime: number): string {
    return `${super.stats(eventTime)} adj=${Math.trunc(this.adjustedFreq)}`;
  }

  override dumpDebug(): string {
    return `${super.dumpDebug()} clock_adj=(${this.adjustedOffset.toFixed(3)} ${this.adjustedFreq.toFixed(3)})`;
  }

  private warnIfUnsynced(consequence: string): void {
    if (this.adjustedFreq === 1) this.log("warning", `Clock not yet synchronized, ${consequence}`);
  }
}
