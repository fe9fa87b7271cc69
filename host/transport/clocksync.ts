/**
 * Where is the clock of a micro-controller now? The host asks with `get_clock` about once a second, knows when the
 * question left (`sent_time`) and which clock was read, and lays a line through these samples (`ClockFit`).
 *
 * Two readings of the line are published. For print times it comes later by the shortest half round trip, since the
 * question needed that long to arrive. For the transmit queue it is slow by 1 ms and three standard deviations, so that a
 * command which must not come early does not.
 *
 * print time = clock / nominal frequency for the main MCU, always. Times in s, clocks in ticks.
 */
import type { LogLevel } from "../observer.js";
import type { Reactor, Timer } from "../reactor/reactor.js";
import type { MessageParams } from "../wire/index.js";
import { ClockFit } from "./clock-fit.js";
import { ClockLine, PrintTimeScale } from "./clock-line.js";
import type { SerialReader } from "./serialhdl.js";
import { ShortestTrip } from "./shortest-trip.js";

/** How much later than its estimate the transmit queue thinks that the clock comes. */
const TRANSMIT_DELAY = 0.001;
const TRANSMIT_DEVIATIONS = 3;
/** An unusual period, so that clock messages do not beat with others. */
const QUERY_PERIOD = 0.9839;
const START_QUERIES = 8;
const START_QUERY_PAUSE = 0.05;
/** Unanswered questions after which the MCU counts as lost. */
const MAX_PENDING_QUERIES = 4;

/** Kalico's ClockSync: the clock of the main MCU. */
export class ClockSync {
  mcuFreq = 1;
  /** The clock over the host's time. */
  clockEst = new ClockLine(0, 0, 0);
  protected readonly reactor: Reactor;
  protected readonly log: (level: LogLevel, message: string) => void;
  private serial: SerialReader | undefined;
  private readonly queryTimer: Timer;
  private ask: () => void = () => undefined;
  private unanswered = 0;
  private lastClock = 0;
  private nominalScale = new PrintTimeScale(0, 1);
  private readonly fit = new ClockFit();
  private readonly shortestTrip = new ShortestTrip();

  constructor(reactor: Reactor, log: (level: LogLevel, message: string) => void) {
    this.reactor = reactor;
    this.log = log;
    this.queryTimer = reactor.registerTimer((eventTime) => {
      this.ask();
      this.unanswered++;
      return eventTime + QUERY_PERIOD;
    });
  }

  /** Reads uptime and eight clocks 50 ms apart, then goes on asking by itself. */
  async connect(serial: SerialReader): Promise<void> {
    const parser = serial.getMsgparser();
    this.serial = serial;
    this.mcuFreq = parser.getConstantFloat("CLOCK_FREQ");
    this.nominalScale = new PrintTimeScale(0, this.mcuFreq);
    const uptime = await serial.sendWithResponse("get_uptime", "uptime");
    this.lastClock = (uptime.high as number) * 2 ** 32 + (uptime.clock as number);
    this.fit.start(uptime["#sent_time"] as number, this.lastClock, this.mcuFreq);
    this.clockEst = this.fit.line;
    for (let i = 0; i < START_QUERIES; i++) {
      await this.reactor.pause(this.reactor.monotonic() + START_QUERY_PAUSE);
      this.fit.trustNext();
      this.takeSample(await serial.sendWithResponse("get_clock", "clock"));
    }
    const command = parser.createCommand("get_clock");
    const queue = serial.allocCommandQueue();
    this.ask = () => serial.rawSend(command, 0, 0, queue);
    serial.registerResponse((params) => this.takeSample(params), "clock");
    this.reactor.updateTimer(this.queryTimer, this.reactor.NOW);
  }

  /** Stops asking. */
  disconnect(): void {
    this.reactor.updateTimer(this.queryTimer, this.reactor.NEVER);
  }

  private takeSample(params: MessageParams): void {
    this.unanswered = 0;
    this.lastClock += ((params.clock as number) - this.lastClock) >>> 0;
    const sentTime = params["#sent_time"] as number;
    // The question was repeated: which of them was answered?
    if (sentTime === 0) return;
    const { freq } = this.clockEst;
    if (this.shortestTrip.note(sentTime, params["#receive_time"] as number)) {
      this.log("debug", `new minimum rtt ${sentTime.toFixed(3)}: hrtt=${this.shortestTrip.halfSeconds.toFixed(6)} freq=${Math.trunc(freq)}`);
    }
    const { kind, error, errorSquare } = this.fit.add(sentTime, this.lastClock);
    if (kind !== "usual") {
      const [level, what] = kind === "late" ? ["debug", "Ignoring clock sample"] as const : ["info", "Resetting prediction variance"] as const;
      this.log(level, `${what} ${sentTime.toFixed(3)}: freq=${Math.trunc(freq)} diff=${Math.trunc(error)} stddev=${Math.sqrt(errorSquare).toFixed(3)}`);
    }
    if (kind !== "late") this.publish();
  }

  private publish(): void {
    const { line, deviation } = this.fit;
    const slowClock = Math.trunc(line.clock - TRANSMIT_DEVIATIONS * deviation);
    this.serial!.getSerialQueue()?.setClockEst(line.freq, line.time + TRANSMIT_DELAY, slowClock, this.lastClock);
    this.clockEst = line.delayed(this.shortestTrip.halfSeconds);
  }

  // ---- conversions ----

  protected get scale(): PrintTimeScale {
    return this.nominalScale;
  }

  printTimeToClock(printTime: number): number {
    return this.scale.toClock(printTime);
  }

  clockToPrintTime(clock: number): number {
    return this.scale.toPrintTime(clock);
  }

  /** Estimated clock at an event time. */
  getClock(eventTime: number): number {
    return Math.trunc(this.clockEst.clockAt(eventTime));
  }

  /** Event time at which the MCU will have a clock. */
  estimateClockSystime(reqClock: number): number {
    return this.clockEst.timeAt(reqClock);
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
    return this.unanswered <= MAX_PENDING_QUERIES;
  }

  /** Offset (s) and frequency (Hz) of clock = (printTime - offset) · freq from now on. */
  calibrateClock(_printTime: number, _eventTime: number): [offset: number, freq: number] {
    return [this.scale.offset, this.scale.freq];
  }

  stats(_eventTime: number): string {
    return `freq=${Math.trunc(this.clockEst.freq)}`;
  }

  dumpDebug(): string {
    const { clockEst, fit, shortestTrip } = this;
    return (
      `clocksync state: mcu_freq=${Math.trunc(this.mcuFreq)} last_clock=${this.lastClock}` +
      ` clock_est=(${clockEst.time.toFixed(3)} ${Math.trunc(clockEst.clock)} ${clockEst.freq.toFixed(3)})` +
      ` min_half_rtt=${shortestTrip.halfSeconds.toFixed(6)} min_rtt_time=${shortestTrip.seenAt.toFixed(3)}` +
      ` time_avg=${fit.line.time.toFixed(3)}(${fit.timeVariance.toFixed(3)})` +
      ` clock_avg=${fit.line.clock.toFixed(3)}(${fit.covariance.toFixed(3)})` +
      ` pred_variance=${fit.errorSquare.toFixed(3)}`
    );
  }
}
