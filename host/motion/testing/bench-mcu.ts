/**
 * Stands in for a micro-controller and its link in tests of motion: perfect clock (print time = event time),
 * rows of steps kept in columns, endstops that trigger when a stepper passes a position.
 */
import type { Printer } from "../../printer/printer-surface.js";
import type { Completion } from "../../reactor/completion.js";
import type { PinParams } from "../../mcu/pins.js";
import { ROW_QUEUE_STEP, ROW_SET_NEXT_STEP_DIR } from "../../steps/step-row-fifo.js";
import type { StepperSteps } from "../../steps/stepper-steps.js";
import type { McuStepper } from "../stepper.js";

export const BENCH_FREQ = 16_000_000;
const POLL_SECONDS = 0.001;

/** One queue_step command. */
export interface BenchRow {
  stepper: string;
  firstClock: number;
  interval: number;
  count: number;
  add: number;
  dir: number;
}

interface StepperTrack {
  steps: StepperSteps;
  lastClock: number;
  dir: number;
}

export class BenchMcu {
  readonly rows: BenchRow[] = [];
  readonly digital: { pin: string; printTime: number; value: number }[] = [];
  readonly configCmds: string[] = [];
  readonly endstops = new Map<string, BenchEndstop>();
  constants: Record<string, string | number> = { CLOCK_FREQ: BENCH_FREQ };
  nonCriticalDisconnected = false;
  /** Largest distance, s, between a flush and the time at which it was made. */
  flushedAhead = 0;
  readonly heldPosition = new Map<number, number>();
  private readonly printer: Printer;
  private readonly configCallbacks: (() => void)[] = [];
  private readonly tracks: StepperTrack[] = [];
  private oids = 0;

  constructor(printer: Printer) {
    this.printer = printer;
    printer.registerEventHandler("klippy:connect", () => {
      for (const build of this.configCallbacks) build();
    });
  }

  getPrinter(): Printer {
    return this.printer;
  }

  getName(): string {
    return "mcu";
  }

  createOid(): number {
    return this.oids++;
  }

  registerConfigCallback(callback: () => void): void {
    this.configCallbacks.push(callback);
  }

  addConfigCmd(command: string): void {
    this.configCmds.push(command);
  }

  registerStepQueue(steps: StepperSteps): void {
    this.tracks.push({ steps, lastClock: 0, dir: 0 });
  }

  getConstants(): Record<string, string | number> {
    return this.constants;
  }

  getMaxStepperError(): number {
    return 0.000025;
  }

  secondsToClock(seconds: number): number {
    return Math.trunc(seconds * BENCH_FREQ);
  }

  printTimeToClock(printTime: number): number {
    return Math.trunc(printTime * BENCH_FREQ);
  }

  clockToPrintTime(clock: number): number {
    return clock / BENCH_FREQ;
  }

  estimatedPrintTime(eventTime: number): number {
    return eventTime;
  }

  isFileoutput(): boolean {
    return false;
  }

  checkActive(): void {
    // Never lost.
  }

  lookupQueryCommand(): { send(args: readonly number[]): Promise<Record<string, unknown>> } {
    return {
      send: async ([oid]) => {
        const track = this.tracks.find(({ steps }) => steps.oid === oid)!;
        const pos = this.heldPosition.get(oid!) ?? track.steps.mcuPosition();
        const raw = track.steps.getInvertDir() ? -pos : pos;
        return { pos: raw, "#receive_time": this.printer.getReactor().monotonic() };
      },
    };
  }

  /** Keeps all rows up to `printTime`. */
  flushMoves(printTime: number, clearHistoryTime: number): void {
    const clock = this.printTimeToClock(printTime);
    this.flushedAhead = Math.max(this.flushedAhead, printTime - this.printer.getReactor().monotonic());
    for (const track of this.tracks) {
      track.steps.flush(clock);
      this.drain(track);
      track.steps.expireHistory(this.printTimeToClock(clearHistoryTime));
    }
  }

  private drain(track: StepperTrack): void {
    const fifo = track.steps.out;
    while (fifo.length > 0) {
      const kind = fifo.headKind();
      if (kind === ROW_QUEUE_STEP) this.takeRow(track);
      else if (kind === ROW_SET_NEXT_STEP_DIR) track.dir = fifo.headInterval();
      else track.lastClock = fifo.headInterval();
      fifo.shift();
    }
  }

  private takeRow(track: StepperTrack): void {
    const fifo = track.steps.out;
    const interval = fifo.headInterval();
    const count = fifo.headCount();
    const add = fifo.headAdd();
    const firstClock = track.lastClock + interval;
    this.rows.push({ stepper: track.steps.name, firstClock, interval, count, add, dir: track.dir });
    track.lastClock = firstClock + interval * (count - 1) + (add * count * (count - 1)) / 2;
  }

  setupPin(pinType: string, params: PinParams): unknown {
    if (pinType === "endstop") {
      const endstop = new BenchEndstop(this);
      this.endstops.set(params.pin, endstop);
      return endstop;
    }
    return {
      setupMaxDuration: () => undefined,
      setDigital: (printTime: number, value: number) => void this.digital.push({ pin: params.pin, printTime, value }),
    };
  }
}

/** Triggers when its first stepper is at or below `triggerSteps` (MCU position). */
export class BenchEndstop {
  triggerSteps = -Infinity;
  homeStarts = 0;
  queries = 0;
  private readonly mcu: BenchMcu;
  private readonly steppers: McuStepper[] = [];
  private triggerTime = 0;
  private completion: Completion<boolean> | undefined;

  constructor(mcu: BenchMcu) {
    this.mcu = mcu;
  }

  addStepper(stepper: McuStepper): void {
    this.steppers.push(stepper);
  }

  getSteppers(): McuStepper[] {
    return this.steppers;
  }

  homeStart(printTime: number): Completion<boolean> {
    const reactor = this.mcu.getPrinter().getReactor();
    this.homeStarts++;
    this.triggerTime = 0;
    for (const stepper of this.steppers) this.mcu.heldPosition.delete(stepper.getOid());
    const completion = (this.completion = reactor.completion<boolean>());
    const timer = reactor.registerTimer((eventTime) => {
      if (this.steppers[0]!.getPastMcuPosition(eventTime) > this.triggerSteps) return eventTime + POLL_SECONDS;
      this.triggerTime = eventTime;
      for (const stepper of this.steppers) this.mcu.heldPosition.set(stepper.getOid(), stepper.getPastMcuPosition(eventTime));
      completion.complete(true);
      reactor.unregisterTimer(timer);
      return reactor.NEVER;
    }, printTime);
    return completion;
  }

  async homeWait(homeEndTime: number): Promise<number> {
    await this.completion!.wait(homeEndTime);
    for (const stepper of this.steppers) await stepper.noteHomingEnd();
    return this.triggerTime;
  }

  async queryEndstop(): Promise<number> {
    this.queries++;
    return 0;
  }
}
