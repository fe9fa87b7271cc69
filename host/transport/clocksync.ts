/**
 * Where is the clock of a micro-controller now? The host asks with `get_clock` about once a second, knows when the
 * question left (`sent_time`) and which clock the MCU read. Through these pairs it lays a line by
 * exponentially weighted regression (weight 1/30 per sample): slope = true frequency, centre = (timeAvg, clockAvg).
 *
 * Two readings of the line are published. For print times it is shifted by the shortest half round trip seen,
 * since the question needed that long to arrive. For the transmit queue it is shifted the other way (1 ms and
 * three standard deviations slow), so that a command which must not come early does not.
 *
 * A sample far off (over 5 standard deviations and 0.5 ms) is the fault of a busy host when it is late: dropped,
 * unless that goes on for 10 s. When it is early the MCU's clock did jump: the expected spread is reset and the
 * line bends. print time = clock / nominal frequency for the main MCU, always. Times in s, clocks in ticks.
 */
import type { LogLevel } from "../observer.js";
import type { Reactor, Timer } from "../reactor/reactor.js";
import type { MessageParams } from "../wire/index.js";
import type { CommandQueue } from "./command-queue.js";
import type { SerialReader } from "./serialhdl.js";

/** How fast the shortest round trip loses its weight (s per s): 10 us per hour. */
const RTT_AGE = 0.00001 / 3600;
/** Weight of a sample in the regression. */
const DECAY = 1 / 30;
/** How much later (s) than its estimate the transmit queue thinks the MCU's clock comes. */
const TRANSMIT_EXTRA = 0.001;
/** An unusual period (s), so that clock messages do not beat with others. */
const QUERY_PERIOD = 0.9839;
const START_QUERIES = 8;
const START_QUERY_PAUSE = 0.05;
/** Unanswered questions after which the MCU counts as lost. */
const MAX_PENDING_QUERIES = 4;
const OUTLIER_SECONDS = 0.0005;
const OUTLIER_VARIANCES = 25;
const OUTLIER_PATIENCE_SECONDS = 10;

/** A point of the line and its slope. */
export interface ClockLine {
  readonly time: number;
  readonly clock: number;
  readonly freq: number;
}

/** Kalico's ClockSync: the clock of the main MCU. */
export class ClockSync {
  mcuFreq = 1;
  clockEst: ClockLine = { time: 0, clock: 0, freq: 0 };
  protected readonly reactor: Reactor;
  protected readonly log: (level: LogLevel, message: string) => void;
  private serial: SerialReader | undefined;
  private readonly queryTimer: Timer;
  private queryCmd: Uint8Array | undefined;
  private cmdQueue: CommandQueue | undefined;
  private queriesPending = 0;
  private lastClock = 0;
  private minHalfRtt = 999999999.9;
  private minRttTime = 0;
  private timeAvg = 0;
  private timeVariance = 0;
  private clockAvg = 0;
  private clockCovariance = 0;
  private predictionVariance = 0;
  private lastPredictionTime = 0;

  constructor(reactor: Reactor, log: (level: LogLevel, message: string) => void) {
    this.reactor = reactor;
    this.log = log;
    this.queryTimer = reactor.registerTimer((eventTime) => this.queryEvent(eventTime));
  }

  /** Reads uptime and eight clocks 50 ms apart, then goes on asking by itself. */
  async connect(serial: SerialReader): Promise<void> {
    this.serial = serial;
    this.mcuFreq = serial.getMsgparser().getConstantFloat("CLOCK_FREQ");
    const uptime = await serial.sendWithResponse("get_uptime", "uptime");
    this.lastClock = (uptime.high as number) * 2 ** 32 + (uptime.clock as number);
    this.clockAvg = this.lastClock;
    this.timeAvg = uptime["#sent_time"] as number;
    this.clockEst = { time: this.timeAvg, clock: this.clockAvg, freq: this.mcuFreq };
    this.predictionVariance = (0.001 * this.mcuFreq) ** 2;
    for (let i = 0; i < START_QUERIES; i++) {
      await this.reactor.pause(this.reactor.monotonic() + START_QUERY_PAUSE);
      this.lastPredictionTime = -9999;
      this.handleClock(await serial.sendWithResponse("get_clock", "clock"));
    }
    this.queryCmd = serial.getMsgparser().createCommand("get_clock");
    this.cmdQueue = serial.allocCommandQueue();
    serial.registerResponse((params) => this.handleClock(params), "clock");
    this.reactor.updateTimer(this.queryTimer, this.reactor.NOW);
  }

  /** Stops asking. */
  disconnect(): void {
    this.reactor.updateTimer(this.queryTimer, this.reactor.NEVER);
  }

  private queryEvent(eventTime: number): number {
    this.serial!.rawSend(this.queryCmd!, 0, 0, this.cmdQueue!);
    this.queriesPending++;
    return eventTime + QUERY_PERIOD;
  }

  private handleClock(params: MessageParams): void {
    this.queriesPending = 0;
    const clock = this.lastClock + (((params.clock as number) - this.lastClock) >>> 0);
    this.lastClock = clock;
    const sentTime = params["#sent_time"] as number;
    if (sentTime === 0) return;
    this.noteRoundTrip(sentTime, params["#receive_time"] as number);
    if (!this.acceptSample(sentTime, clock)) return;
    const dt = sentTime - this.timeAvg;
    this.timeAvg += DECAY * dt;
    this.timeVariance = (1 - DECAY) * (this.timeVariance + dt ** 2 * DECAY);
    const dc = clock - this.clockAvg;
    this.clockAvg += DECAY * dc;
    this.clockCovariance = (1 - DECAY) * (this.clockCovariance + dt * dc * DECAY);
    const freq = this.clockCovariance / this.timeVariance;
    const spread = Math.sqrt(this.predictionVariance);
    this.serial!
      .getSerialQueue()
      ?.setClockEst(freq, this.timeAvg + TRANSMIT_EXTRA, Math.trunc(this.clockAvg - 3 * spread), clock);
    this.clockEst = { time: this.timeAvg + this.minHalfRtt, clock: this.clockAvg, freq };
  }

  private noteRoundTrip(sentTime: number, receiveTime: number): void {
    const halfRtt = 0.5 * (receiveTime - sentTime);
    const aged = (sentTime - this.minRttTime) * RTT_AGE;
    if (halfRtt >= this.minHalfRtt + aged) return;
    this.minHalfRtt = halfRtt;
    this.minRttTime = sentTime;
    this.log(
      "debug",
      `new minimum rtt ${sentTime.toFixed(3)}: hrtt=${halfRtt.toFixed(6)} freq=${Math.trunc(this.clockEst.freq)}`,
    );
  }

  /** Judges a sample against the line; updates the expected spread. */
  private acceptSample(sentTime: number, clock: number): boolean {
    const expected = (sentTime - this.timeAvg) * this.clockEst.freq + this.clockAvg;
    const diff = clock - expected;
    const diff2 = diff ** 2;
    if (diff2 <= OUTLIER_VARIANCES * this.predictionVariance || diff2 <= (OUTLIER_SECONDS * this.mcuFreq) ** 2) {
      this.lastPredictionTime = sentTime;
      this.predictionVariance = (1 - DECAY) * (this.predictionVariance + diff2 * DECAY);
      return true;
    }
    const about =
      ` ${sentTime.toFixed(3)}: freq=${Math.trunc(this.clockEst.freq)} diff=${Math.trunc(diff)}` +
      ` stddev=${Math.sqrt(this.predictionVariance).toFixed(3)}`;
    if (diff > 0 && sentTime < this.lastPredictionTime + OUTLIER_PATIENCE_SECONDS) {
      this.log("debug", `Ignoring clock sample${about}`);
      return false;
    }
    this.log("info", `Resetting prediction variance${about}`);
    this.predictionVariance = (0.001 * this.mcuFreq) ** 2;
    return true;
  }

  // ---- conversions ----

  printTimeToClock(printTime: number): number {
    return Math.trunc(printTime * this.mcuFreq);
  }

  clockToPrintTime(clock: number): number {
    return clock / this.mcuFreq;
  }

  /** Estimated clock at an event time (s). */
  getClock(eventTime: number): number {
    const { time, clock, freq } = this.clockEst;
    return Math.trunc(clock + (eventTime - time) * freq);
  }

  /** Event time (s) at which the MCU will have a clock. */
  estimateClockSystime(reqClock: number): number {
    const { time, clock, freq } = this.clockEst;
    return (reqClock - clock) / freq + time;
  }

  estimatedPrintTime(eventTime: number): number {
    return this.clockToPrintTime(this.getClock(eventTime));
  }

  /** Extends a 32-bit clock to the nearest 64-bit one around the last clock seen. */
  clock32ToClock64(clock32: number): number {
    return this.lastClock + ((clock32 - this.lastClock) | 0);
  }

  /** Whether the MCU has answered one of the last questions. */
  isActive(): boolean {
    return this.queriesPending <= MAX_PENDING_QUERIES;
  }

  /** Offset (s) and frequency (Hz) of clock = (printTime - offset) · freq from now on. */
  calibrateClock(_printTime: number, _eventTime: number): [offset: number, freq: number] {
    return [0, this.mcuFreq];
  }

  stats(_eventTime: number): string {
    return `freq=${Math.trunc(this.clockEst.freq)}`;
  }

  dumpDebug(): string {
    const { time, clock, freq } = this.clockEst;
    return (
      `clocksync state: mcu_freq=${Math.trunc(this.mcuFreq)} last_clock=${this.lastClock}` +
      ` clock_est=(${time.toFixed(3)} ${Math.trunc(clock)} ${freq.toFixed(3)})` +
      ` min_half_rtt=${this.minHalfRtt.toFixed(6)} min_rtt_time=${this.minRttTime.toFixed(3)}` +
      ` time_avg=${this.timeAvg.toFixed(3)}(${this.timeVariance.toFixed(3)})` +
      ` clock_avg=${this.clockAvg.toFixed(3)}(${this.clockCovariance.toFixed(3)})` +
      ` pred_variance=${this.predictionVariance.toFixed(3)}`
    );
  }
}
