/**
 * A simulated micro-controller: bytes in, bytes out, pins in between. It ties the receive machine, the firmware core and the transmit
 * buffer together and maps world time (seconds) to its own clock, drift included:
 * clock = initial + floor((world time − power-up) · frequency · (1 + ppm/10^6)).
 * The world drives it as a participant: `receive` when bytes arrive, `run` when its next deadline comes.
 */
import { encodeBlock } from "../host/wire/index.js";
import type { BoardProfile } from "./boards/board.js";
import { updateStats } from "./firmware/basecmd.js";
import type { FirmwareFeature } from "./firmware/feature.js";
import { standardFeatures } from "./firmware/features.js";
import { Firmware } from "./firmware/firmware.js";
import type { PinTable, Plant } from "./firmware/gpio.js";
import { Receiver } from "./firmware/receiver.js";
import { McuTrace } from "./trace/mcu-trace.js";

export interface SimMcuOptions {
  board: BoardProfile;
  /** Where to record; a trace of its own by default. */
  trace?: McuTrace;
  plant?: Plant;
  /** Seed of whatever is random about this MCU (noise of converters). */
  seed?: number;
  /** Parts per million by which its crystal runs fast. */
  ppm?: number;
  name?: string;
  /** Whose firmware it runs. */
  flavour?: "kalico" | "klipper";
  extraFeatures?: readonly FirmwareFeature[];
  /** World time of power-up, seconds. */
  powerUp?: number;
  /** 64 bit clock at power-up: near 2^32 to see the 32 bit clock wrap. */
  initialClock?: number;
}

/** World time from a reset to the first sign of life. */
const BOOT_SECONDS = 0.015;
/** Bytes per second that a USB device gets rid of. */
const USB_BYTES_PER_SECOND = 1_000_000;

/** Deadline that never comes, as the reactor writes it. */
const NEVER = 9999999999999999;

export class SimMcu {
  readonly name: string;
  readonly board: BoardProfile;
  readonly trace: McuTrace;
  readonly firmware: Firmware;
  readonly seed: number;
  /** Takes what the MCU sends, at the world time at which its transmitter starts on it. */
  onTransmit: (data: Uint8Array, now: number) => void = () => {};
  /** Told right after a reset took effect, at its world time. */
  onReset: (now: number) => void = () => {};
  /** Responses that were lost because the transmit buffer was full. */
  responsesDropped = 0;
  private readonly receiver: Receiver;
  /** Ticks per second of world time. */
  private rate: number;
  private clockBase: number;
  private worldBase: number;
  /** World time at which the firmware starts, while it does not run. */
  private bootAt: number;
  private running = false;
  private arrival = 0;
  /** Clock at which the transmit buffer runs empty. */
  private transmitBusy = 0;
  private readonly ticksPerByte: number;

  constructor(options: SimMcuOptions) {
    const { board, flavour = "kalico" } = options;
    this.board = board;
    this.name = options.name ?? "mcu";
    this.seed = options.seed ?? 0;
    this.trace = options.trace ?? new McuTrace();
    this.rate = board.clockFreq * (1 + (options.ppm ?? 0) / 1e6);
    this.ticksPerByte = board.serialBaud === undefined ? board.clockFreq / USB_BYTES_PER_SECOND : (board.clockFreq * 10) / board.serialBaud;
    this.bootAt = this.worldBase = options.powerUp ?? 0;
    this.clockBase = options.initialClock ?? 0;
    this.firmware = new Firmware({
      board,
      flavour,
      features: [...standardFeatures(board, flavour, () => this.firmware), ...(options.extraFeatures ?? [])],
      trace: this.trace,
      transmit: (payload, clock) => this.transmit(payload, clock),
    });
    this.receiver = new Receiver(
      { runBlock: (buf, start, end) => this.runBlock(buf, start, end), sendEmpty: () => this.transmit(EMPTY, this.firmware.taskIdleClock) },
      board.receiveBuffer,
      board.rereadsBlockAfterShutdown,
    );
    options.plant?.attach({
      mcuName: this.name,
      clockFreq: board.clockFreq,
      gpio: this.gpio,
      now: () => this.firmware.now,
      worldTimeAt: (clock) => this.worldTimeAt(clock),
      clockAt: (worldTime) => this.clockAt(worldTime),
    });
  }

  get gpio(): PinTable { return this.firmware.gpio; }
  /** Blocks and bursts of garbage that were refused. */
  get naks(): number { return this.receiver.naks; }
  get isShutdown(): boolean { return this.firmware.isShutdown; }
  /** Free nodes of the move pool. */
  get freeMoves(): number { return this.firmware.freeMoves(); }

  /** 64 bit MCU clock at a world time in seconds. */
  clockAt(worldTime: number): number { return this.clockBase + Math.floor((worldTime - this.worldBase) * this.rate); }

  /** From now on the crystal runs fast by so many parts per million: its temperature has changed. The clock goes on without a jump. */
  setDrift(ppm: number, now: number): void {
    this.run(now);
    if (this.running) {
      const clock = this.clockBase + (now - this.worldBase) * this.rate;
      this.clockBase = Math.floor(clock);
      this.worldBase = now - (clock - this.clockBase) / this.rate;
    }
    this.rate = this.board.clockFreq * (1 + ppm / 1e6);
  }

  /** World time in seconds at which the MCU clock reaches `clock`. */
  worldTimeAt(clock: number): number { return this.worldBase + (clock - this.clockBase) / this.rate; }

  /** Bytes from the line, the last of which arrives at world time `now`. */
  receive(data: Uint8Array, now: number): void {
    this.run(now);
    if (!this.running) return;
    this.arrival = this.clockAt(now);
    if (!this.receiver.push(data)) this.restart(now);
  }

  /** World time of the next timer. */
  nextDeadline(): number {
    if (!this.running) return this.bootAt;
    const clock = this.firmware.nextClock();
    return clock === Number.POSITIVE_INFINITY ? NEVER : this.worldTimeAt(clock);
  }

  /** Runs everything due by world time `now`. */
  run(now: number): void {
    if (!this.running) {
      if (now < this.bootAt) return;
      this.boot();
    }
    let clock = this.clockAt(now);
    // The deadline was the timer's clock in floating point seconds: it may read one tick short on the way back.
    if (this.firmware.nextClock() === clock + 1 && this.worldTimeAt(clock + 1) <= now) clock += 1;
    if (clock >= this.firmware.now) this.firmware.runTimers(clock);
  }

  /** Cuts and restores power, or presses the reset button. */
  restart(now: number): void {
    this.powerOff(now);
    this.bootAt = now + BOOT_SECONDS;
    this.onReset(now);
  }

  /** Cuts power until the next `restart`: outputs float, nothing answers. */
  powerOff(now: number): void {
    if (this.running) {
      this.run(now);
      this.firmware.settle();
      this.trace.mark(this.firmware.now, "reset", this.name);
      this.running = false;
      this.clockBase = 0;
      this.worldBase = now;
      this.firmware.gpio.reset(this.firmware.now);
    }
    this.bootAt = NEVER;
  }

  private boot(): void {
    this.running = true;
    this.clockBase = this.firmwareStarts === 0 ? this.clockBase : 0;
    this.firmwareStarts++;
    this.worldBase = this.bootAt;
    this.transmitBusy = this.clockBase;
    this.receiver.reset();
    this.firmware.start(this.clockBase);
    this.firmware.send("starting");
  }

  private firmwareStarts = 0;

  private runBlock(buf: Uint8Array, start: number, end: number): ReturnType<Firmware["runBlock"]> {
    const before = Math.max(this.arrival, this.firmware.taskIdleClock);
    const outcome = this.firmware.runBlock(buf, start, end, this.arrival);
    if (outcome !== "reset") updateStats(this.firmware, this.firmware.taskIdleClock - before);
    return outcome;
  }

  private transmit(payload: Uint8Array, clock: number): void {
    const size = payload.length + 5;
    const begin = Math.max(clock, this.transmitBusy);
    if ((begin - clock) / this.ticksPerByte + size > this.board.transmitBuffer) {
      this.responsesDropped++;
      return;
    }
    this.transmitBusy = begin + size * this.ticksPerByte;
    this.onTransmit(encodeBlock(this.receiver.nextSequence, payload), this.worldTimeAt(clock));
  }
}

const EMPTY = new Uint8Array(0);
