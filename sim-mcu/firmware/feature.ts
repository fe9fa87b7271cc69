/**
 * What a firmware feature (stepper, trsync, digital out, …) is: its command, response and constant declarations
 * and the services that the firmware core lends to its handlers. Features hold no state of their own: state
 * lives in the oid table or in `ctx.featureState`, so that a reset forgets it.
 * Clocks named `clock` are 64 bit MCU ticks as a number; `clock32` is what travels on the wire.
 */
import type { BoardProfile } from "../boards/board.js";
import type { McuTrace } from "../trace/mcu-trace.js";
import type { PinTable } from "./gpio.js";

export { NEVER_CLOCK } from "./clock.js";

/** Arguments of one command, by position; integers arrive modulo 2^32 and are narrowed as the firmware's C types do. Valid only during the call. */
export class CommandArgs {
  /** Raw values modulo 2^32 (0 for a buffer). */
  readonly values: number[] = [];
  readonly buffers: (Uint8Array | undefined)[] = [];

  u32(i: number): number { return this.values[i]! >>> 0; }
  i32(i: number): number { return this.values[i]! | 0; }
  u16(i: number): number { return this.values[i]! & 0xffff; }
  i16(i: number): number { return (this.values[i]! << 16) >> 16; }
  u8(i: number): number { return this.values[i]! & 0xff; }
  i8(i: number): number { return (this.values[i]! << 24) >> 24; }
  /** A view into the receive buffer: copy what must outlive the call. */
  bytes(i: number): Uint8Array { return this.buffers[i]!; }
}

export interface FirmwareCommand {
  /** Exact wire format, e.g. `queue_step oid=%c interval=%u count=%hu add=%hi`. */
  format: string;
  /** "in-shutdown": also runs while the MCU is shut down; others are answered by `is_shutdown`. */
  flags?: "in-shutdown";
  handler(args: CommandArgs, ctx: FirmwareContext): void;
  /** Parameter that holds the 32 bit clock at which the command takes effect, recorded by the trace. */
  effectClock?: string;
}

export interface FirmwareFeature {
  readonly name: string;
  readonly commands: readonly FirmwareCommand[];
  /** Formats that `ctx.send` may use. */
  readonly responses?: readonly string[];
  readonly constants?: Readonly<Record<string, string | number>>;
  readonly enumerations?: Readonly<Record<string, Readonly<Record<string, number | [number, number]>>>>;
  /** Every shutdown reason that the feature may give: they become the enumeration `static_string_id`. */
  readonly staticStrings?: readonly string[];
  /** Runs at power-up and after each reset, before any command. */
  onInit?(ctx: FirmwareContext): void;
  /** Runs on every shutdown, after all timers were dropped; may add timers that survive the shutdown. */
  onShutdown?(ctx: FirmwareContext): void;
}

/** A timer on the MCU clock. */
export class FirmwareTimer {
  /** 64 bit clock of the next run. */
  waketime = 0;
  /** Place in the scheduler's heap, −1 when not scheduled; kept by the scheduler. */
  heapIndex = -1;
  /** Order of insertion, which decides between equal wake times; kept by the scheduler. */
  order = 0;
  readonly func: (timer: FirmwareTimer) => boolean;
  /** @param func runs at `waketime` (`ctx.now` equals it, or is later when it was already past); returns true to run again at the updated `waketime`. */
  constructor(func: (timer: FirmwareTimer) => boolean) {
    this.func = func;
  }
}

/** Something that a trsync stops when it triggers. */
export interface TrsyncSignal {
  /** Runs at the trigger's clock, once; then the signal is free to be added again. */
  func: ((reason: number) => void) | undefined;
}

/** A trsync as sensors and steppers see it. */
export interface TrsyncHandle {
  /** Stops everything that listens and reports, when it can still trigger. */
  trigger(reason: number): void;
  /** @throws shutdown "Can't add signal that is already active" */
  addSignal(signal: TrsyncSignal, func: (reason: number) => void): void;
}

/** Services of the firmware core. */
export interface FirmwareContext {
  /** 64 bit clock at which the current command or timer runs. */
  readonly now: number;
  readonly clockFreq: number;
  readonly board: BoardProfile;
  readonly flavour: "kalico" | "klipper";
  readonly gpio: PinTable;
  readonly trace: McuTrace;
  readonly isShutdown: boolean;
  readonly isFinalized: boolean;

  ticksFromUs(us: number): number;
  /** The 64 bit clock nearest to `now` whose low 32 bits are `clock32` (signed 32 bit comparison of the firmware). */
  clock64(clock32: number): number;
  /** @throws shutdown "Timer too close" when `timer.waketime` has passed */
  addTimer(timer: FirmwareTimer): void;
  /** Does nothing when the timer is not scheduled. */
  delTimer(timer: FirmwareTimer): void;

  /** Sends one response; `format` must be declared. Integers are taken modulo 2^32. */
  send(format: string, ...values: readonly (number | Uint8Array)[]): void;
  /** Leaves the handler and shuts the MCU down. `reason` must be declared in `staticStrings`. */
  shutdown(reason: string): never;
  /** The same, but does nothing when already shut down. */
  tryShutdown(reason: string): void;
  /** Runs `task` once, after the current timer, or after the current block of commands; `task` must stay the same function. */
  wakeTask(task: () => void): void;
  /** Tells the trace when the current command takes effect, where no parameter says so. */
  noteEffect(clock: number): void;
  /** Calls back whenever state that is kept in closed form must be brought up to `now`: the move pool ran empty, the trace is read. Forgotten at reset. */
  onSettle(callback: () => void): void;
  /** Restarts the firmware as a `reset` does, once the current command has returned. */
  requestReset(): void;

  /** Binds a new object to an oid. @param bytes size in the MCU's RAM (a rough size is good enough) @throws shutdown "Can't assign oid" */
  oidAlloc<T extends object>(oid: number, type: string, data: T, bytes?: number): T;
  /** @throws shutdown "Invalid oid type" */
  oidLookup<T extends object>(oid: number, type: string): T;
  /** All objects of a type in order of oid. */
  eachOid<T extends object>(type: string): IterableIterator<[number, T]>;

  /** Registers a user of the move pool while configuring. @param bytes size of one node */
  moveQueueSetup(bytes: number): void;
  /** Takes one node. @throws shutdown "Move queue overflow" */
  moveAlloc(): void;
  moveFree(count?: number): void;

  /** @throws shutdown "Invalid oid type" */
  trsync(oid: number): TrsyncHandle;
  /** State of a feature that belongs to no oid; made on first use and forgotten at reset. */
  featureState<T extends object>(key: string, create: () => T): T;
}
