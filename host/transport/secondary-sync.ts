/**
 * The clock of a further MCU, whose print times follow the main MCU's. Its crystal runs at a slightly other
 * rate, so its scale of print times is bent a little every second: the new scale agrees with the old one at the end
 * of what is planned (the joint), and with both measured clocks at least 4 s later (the meeting). So print times never jump,
 * and drift is taken out before it matters. Times in s.
 */
import type { LogLevel } from "../observer.js";
import type { Reactor } from "../reactor/reactor.js";
import { PrintTimeScale } from "./clock-line.js";
import { ClockSync } from "./clocksync.js";
import type { SerialReader } from "./serialhdl.js";

const SHORTEST_BEND = 4;
/** Planning that runs ahead postpones the meeting this many times as far. */
const PLANNED_BENDS = 2.5;

/** Kalico's SecondarySync. */
export class SecondarySync extends ClockSync {
  private readonly mainSync: ClockSync;
  private bentScale = new PrintTimeScale(0, 1);
  private meeting = 0;

  constructor(reactor: Reactor, log: (level: LogLevel, message: string) => void, mainSync: ClockSync) {
    super(reactor, log);
    this.mainSync = mainSync;
  }

  override async connect(serial: SerialReader): Promise<void> {
    await super.connect(serial);
    this.bentScale = new PrintTimeScale(0, this.mcuFreq);
    const eventTime = this.reactor.monotonic();
    const ahead = this.mainSync.estimatedPrintTime(eventTime) - this.estimatedPrintTime(eventTime);
    this.bentScale = new PrintTimeScale(ahead, this.mcuFreq);
    this.calibrateClock(0, eventTime);
  }

  protected override get scale(): PrintTimeScale {
    return this.bentScale;
  }

  override printTimeToClock(printTime: number): number {
    this.warnIfUnsynced("clock is untrustworthy");
    return super.printTimeToClock(printTime);
  }

  override clockToPrintTime(clock: number): number {
    this.warnIfUnsynced("print time is untrustworthy");
    return super.clockToPrintTime(clock);
  }

  /** @param printTime end of what is planned. */
  override calibrateClock(printTime: number, eventTime: number): [offset: number, freq: number] {
    const { clockEst: mainLine, mcuFreq: mainFreq } = this.mainSync;
    const mainPrintTime = mainLine.clockAt(eventTime) / mainFreq;
    const joint = Math.max(printTime, mainPrintTime);
    this.meeting = Math.max(joint + SHORTEST_BEND, this.meeting, printTime + PLANNED_BENDS * (printTime - mainPrintTime));
    const clockAtMeeting = this.getClock(mainLine.timeAt(this.meeting * mainFreq));
    this.bentScale = PrintTimeScale.through(joint, this.printTimeToClock(joint), this.meeting, clockAtMeeting);
    return super.calibrateClock(printTime, eventTime);
  }

  override stats(eventTime: number): string {
    return `${super.stats(eventTime)} adj=${Math.trunc(this.scale.freq)}`;
  }

  override dumpDebug(): string {
    return `${super.dumpDebug()} clock_adj=(${this.scale.offset.toFixed(3)} ${this.scale.freq.toFixed(3)})`;
  }

  private warnIfUnsynced(consequence: string): void {
    if (this.scale.freq === 1) this.log("warning", `Clock not yet synchronized, ${consequence}`);
  }
}
