/**
 * The firmware core: runs commands and timers on the MCU clock, keeps oids and the move pool, and handles shutdown.
 * Task time is modelled by the published dispatch cost: a command runs when it has arrived and the one before it is done;
 * timers due by then run first, as interrupts would.
 */
import { expandPinNames, PinTable } from "./gpio.js";
import { clock64Near } from "./clock.js";
import { CommandTable, PARSE_ERROR, readArgs } from "./command-table.js";
import { CommandArgs, type FirmwareContext, type FirmwareFeature, type FirmwareTimer, type TrsyncHandle } from "./feature.js";
import { TimerHeap } from "./sched.js";
import type { BoardProfile } from "../boards/board.js";
import type { McuTrace } from "../trace/mcu-trace.js";

/** Leaves a handler by way of a shutdown: the firmware's long jump. */
class ShutdownSignal extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

export interface FirmwareOptions {
  board: BoardProfile;
  flavour: "kalico" | "klipper";
  features: readonly FirmwareFeature[];
  trace: McuTrace;
  /** Takes the payload of a response, at the clock at which it is sent. */
  transmit(payload: Uint8Array, clock: number): void;
}

/** How a block of commands ended: run to its end, left by a shutdown, or left by a reset. */
export type BlockOutcome = "done" | "shutdown" | "reset";

/** Nodes of the move pool, however much RAM there is. */
const MAX_MOVES = 1024;
const TIMER_SLACK_EVENTS = 2;

interface Oid {
  type: string | undefined;
  data: object | undefined;
}

export class Firmware implements FirmwareContext {
  now = 0;
  readonly board: BoardProfile;
  readonly clockFreq: number;
  readonly flavour: "kalico" | "klipper";
  readonly gpio: PinTable;
  readonly trace: McuTrace;
  readonly table: CommandTable;
  /** Configuration CRC as `finalize_config` gave it. */
  configCrc = 0;
  moveCount = 0;
  private moveFreeCount = 0;
  private moveNodeBytes = 0;
  private heapUsed = 0;
  private oids: Oid[] | undefined;
  private shutdownStatus = 0;
  private shutdownReason = 0;
  private resetRequested = false;
  private readonly timers = new TimerHeap();
  /** Clock until which timers keep the processor busy. */
  private timerBusy = 0;
  /** Clock at which the task that runs commands is free again. */
  private taskFree = 0;
  private effect = Number.NaN;
  private readonly args = new CommandArgs();
  private readonly features: readonly FirmwareFeature[];
  private readonly states = new Map<string, object>();
  private tasks: (() => void)[] = [];
  private settlers: (() => void)[] = [];
  private readonly transmit: (payload: Uint8Array, clock: number) => void;

  constructor(options: FirmwareOptions) {
    this.board = options.board;
    this.clockFreq = options.board.clockFreq;
    this.flavour = options.flavour;
    this.features = options.features;
    this.trace = options.trace;
    this.transmit = options.transmit;
    this.table = new CommandTable(options.features, options.board, options.flavour, options.trace);
    this.gpio = new PinTable(expandPinNames(options.board.pins), (reason) => this.shutdown(reason), () => this.now, options.board.inputPinError);
    this.trace.onSettle(() => this.settle());
  }

  /** Power-up or reset: forgets everything and starts the clock anew. */
  start(initialClock = 0): void {
    this.settle();
    this.gpio.reset(this.now);
    this.timers.clear();
    this.states.clear();
    this.tasks = [];
    this.settlers = [];
    this.oids = undefined;
    this.now = this.timerBusy = this.taskFree = initialClock;
    this.configCrc = this.moveCount = this.moveFreeCount = this.moveNodeBytes = this.heapUsed = 0;
    this.shutdownStatus = this.shutdownReason = 0;
    this.resetRequested = false;
    for (const feature of this.features) feature.onInit?.(this);
  }

  // --- time ----------------------------------------------------------------------------------------------------

  /** Clock of the next timer. */
  nextClock(): number { return this.timers.peek()?.waketime ?? Number.POSITIVE_INFINITY; }

  /** Clock at which the task has nothing more to do. */
  get taskIdleClock(): number { return Math.max(this.taskFree, this.now); }

  /** Runs all timers due by `clock`. */
  runTimers(clock: number): void {
    for (;;) {
      const timer = this.timers.peek();
      if (timer === undefined || timer.waketime > clock) break;
      if (timer.waketime > this.now) this.now = timer.waketime;
      this.timers.delete(timer);
      try {
        // While shut down nothing more can be done about a timer that never lets go: it is dropped.
        if (this.chargeTimer(timer.waketime)) continue;
        if (timer.func(timer)) this.timers.add(timer);
        // Tasks get their turn when the next timer leaves them time.
        if (this.nextClock() > this.timerBusy) this.runTasks();
      } catch (error) {
        this.catchShutdown(error);
      }
    }
    if (clock > this.now) this.now = clock;
  }

  /** Processor time of one timer event; returns whether it comes later than the family tolerates, which shuts the MCU down. */
  private chargeTimer(waketime: number): boolean {
    const cost = this.board.timerCost;
    const late = this.timerBusy - waketime;
    this.timerBusy = Math.max(this.timerBusy, waketime) + cost;
    if (late <= this.ticksFromUs(this.board.timerLateUs) + TIMER_SLACK_EVENTS * cost) return false;
    this.tryShutdown("Rescheduled timer in the past");
    return true;
  }

  ticksFromUs(us: number): number { return us * Math.floor(this.clockFreq / 1_000_000); }
  clock64(clock32: number): number { return clock64Near(clock32, this.now); }

  addTimer(timer: FirmwareTimer): void {
    if (timer.waketime < this.now && timer.waketime < this.nextClock()) this.tryShutdown("Timer too close");
    this.timers.add(timer);
  }

  delTimer(timer: FirmwareTimer): void { this.timers.delete(timer); }

  wakeTask(task: () => void): void {
    if (!this.tasks.includes(task)) this.tasks.push(task);
  }

  private runTasks(): void {
    while (this.tasks.length > 0) {
      const tasks = this.tasks;
      this.tasks = [];
      for (const task of tasks) task();
    }
  }

  // --- commands ------------------------------------------------------------------------------------------------

  /** Runs the commands in `buf[start, end)`, which arrived at `arrival`. */
  runBlock(buf: Uint8Array, start: number, end: number, arrival: number): BlockOutcome {
    let outcome: BlockOutcome = "done";
    try {
      let pos = start;
      while (pos < end) {
        pos = this.runCommand(buf, pos, end, arrival);
        if (this.resetRequested) return "reset";
      }
    } catch (error) {
      this.catchShutdown(error);
      outcome = "shutdown";
    }
    try {
      this.runTasks();
    } catch (error) {
      this.catchShutdown(error);
    }
    return outcome;
  }

  private runCommand(buf: Uint8Array, pos: number, end: number, arrival: number): number {
    const clock = Math.max(arrival, Math.floor(this.taskFree), this.now);
    this.runTimers(clock);
    this.taskFree = Math.max(this.taskFree, this.now) + this.board.commandCost;
    let id = buf[pos++]!;
    if (id & 0x80) id = ((id & 0x7f) << 7) | buf[pos++]!;
    const entry = this.table.entries[id];
    if (entry === undefined) this.shutdown("Invalid command");
    const args = this.args;
    pos = readArgs(entry, buf, pos, end, args);
    if (pos === PARSE_ERROR) this.shutdown("Command parser error");
    if (this.shutdownStatus !== 0 && entry.command.flags !== "in-shutdown") {
      this.send("is_shutdown static_string_id=%hu", this.shutdownReason);
      return pos;
    }
    const oid = entry.oidParam < 0 ? -1 : args.u8(entry.oidParam);
    this.effect = entry.effectParam < 0 ? Number.NaN : this.clock64(args.values[entry.effectParam]!);
    entry.command.handler(args, this);
    this.trace.command(entry.traceKind, oid, arrival, this.effect);
    return pos;
  }

  noteEffect(clock: number): void { this.effect = clock; }

  send(format: string, ...values: readonly (number | Uint8Array)[]): void {
    const payload = this.table.encodeResponse(format, values, this.flavour === "kalico");
    if (payload !== undefined) this.transmit(payload, Math.max(this.now, Math.floor(this.taskFree)));
  }

  requestReset(): void { this.resetRequested = true; }

  // --- shutdown ------------------------------------------------------------------------------------------------

  get isShutdown(): boolean { return this.shutdownStatus !== 0; }

  shutdown(reason: string): never {
    this.table.staticStringId(reason);
    throw new ShutdownSignal(reason);
  }

  tryShutdown(reason: string): void {
    if (this.shutdownStatus === 0) this.shutdown(reason);
  }

  clearShutdown(): void {
    if (this.shutdownStatus === 0) this.shutdown("Shutdown cleared when not shutdown");
    this.shutdownStatus = 0;
  }

  private catchShutdown(error: unknown): void {
    if (!(error instanceof ShutdownSignal)) throw error;
    const clock = this.now;
    if (this.shutdownStatus === 0) this.shutdownReason = this.table.staticStringId(error.reason);
    this.shutdownStatus = 2;
    this.settle();
    this.timers.clear();
    this.timerBusy = clock;
    this.tasks = [];
    this.trace.mark(clock, "shutdown", error.reason);
    for (const feature of this.features) feature.onShutdown?.(this);
    this.moveFreeCount = this.moveCount;
    this.shutdownStatus = 1;
    this.send("shutdown clock=%u static_string_id=%hu", clock, this.shutdownReason);
  }

  // --- oids and the move pool ----------------------------------------------------------------------------------

  get isFinalized(): boolean { return this.moveCount !== 0; }

  allocateOids(count: number): void {
    if (this.oids !== undefined) this.shutdown("oids already allocated");
    this.allocChunk(8 * count);
    this.oids = Array.from({ length: count }, () => ({ type: undefined, data: undefined }));
  }

  oidAlloc<T extends object>(oid: number, type: string, data: T, bytes = 32): T {
    const slot = this.oids?.[oid];
    if (slot === undefined || slot.type !== undefined || this.isFinalized) this.shutdown("Can't assign oid");
    this.allocChunk(bytes);
    slot.type = type;
    slot.data = data;
    return data;
  }

  oidLookup<T extends object>(oid: number, type: string): T {
    const slot = this.oids?.[oid];
    if (slot === undefined || slot.type !== type) this.shutdown("Invalid oid type");
    return slot.data as T;
  }

  *eachOid<T extends object>(type: string): IterableIterator<[number, T]> {
    const oids = this.oids ?? [];
    for (let oid = 0; oid < oids.length; oid++) {
      if (oids[oid]!.type === type) yield [oid, oids[oid]!.data as T];
    }
  }

  trsync(oid: number): TrsyncHandle { return this.oidLookup<TrsyncHandle & object>(oid, "trsync"); }

  featureState<T extends object>(key: string, create: () => T): T {
    let state = this.states.get(key);
    if (state === undefined) this.states.set(key, (state = create()));
    return state as T;
  }

  moveQueueSetup(bytes: number): void {
    if (bytes > 255 || this.isFinalized) this.shutdown("Invalid move request size");
    this.moveNodeBytes = Math.max(this.moveNodeBytes, bytes);
  }

  moveAlloc(): void {
    if (this.moveFreeCount === 0) {
      this.settle();
      if (this.moveFreeCount === 0) this.shutdown("Move queue overflow");
    }
    this.moveFreeCount--;
  }

  moveFree(count = 1): void { this.moveFreeCount += count; }

  /** Nodes of the move pool that are free now. */
  freeMoves(): number {
    this.settle();
    return this.moveFreeCount;
  }

  finalizeConfig(crc: number): void {
    if (this.isFinalized) this.shutdown("Already finalized");
    this.moveNodeBytes = Math.max(this.moveNodeBytes, 4);
    const count = Math.min(this.board.maxMoves ?? MAX_MOVES, Math.floor((this.board.heapBytes - this.heapUsed) / this.moveNodeBytes));
    if (count < 1) this.shutdown("alloc_chunks failed");
    this.heapUsed += count * this.moveNodeBytes;
    this.moveCount = this.moveFreeCount = count;
    this.configCrc = crc;
    this.trace.mark(this.now, "configured", `crc ${crc} moves ${count}`);
  }

  onSettle(callback: () => void): void { this.settlers.push(callback); }

  /** Brings everything that is kept in closed form up to `now`. */
  settle(): void {
    for (const settler of this.settlers) settler();
  }

  private allocChunk(bytes: number): void {
    if (this.heapUsed + bytes > this.board.heapBytes) this.shutdown("alloc_chunk failed");
    this.heapUsed += bytes;
  }
}
