/**
 * The trsyncs of one endstop or probe: one for each MCU whose steppers the trigger stops. The MCU of the endstop
 * comes first, with or without steppers; it is the one that ends the wait when the move is over.
 */
import { ConfigError } from "../errors.js";
import type { Printer } from "../printer/printer.js";
import type { Completion } from "../reactor/completion.js";
import type { CommandQueue } from "../transport/serialqueue.js";
import { isFailure, REASON_HOST_REQUEST } from "./homing-session.js";
import type { Mcu } from "./mcu.js";
import { TrDispatch } from "./trdispatch.js";
import { McuTrsync, type TriggeredStepper } from "./trsync.js";

/** Silence, s, after which an MCU stops by itself. Several MCUs must stop together, so each waits only a little for the others. */
const DEFAULT_TIMEOUTS = { singleMcuTrsyncTimeout: 0.25, multiMcuTrsyncTimeout: 0.025 };

function expireTimeout(printer: Printer, mcuCount: number): number {
  const option = mcuCount === 1 ? "singleMcuTrsyncTimeout" : "multiMcuTrsyncTimeout";
  const options = printer.lookupObject<Partial<typeof DEFAULT_TIMEOUTS> | null>("danger_options", null);
  return options?.[option] ?? DEFAULT_TIMEOUTS[option];
}

/** The axis that a stepper of a rail belongs to, "stepper_" and a letter; undefined for other steppers. */
function railAxis(stepper: TriggeredStepper): string | undefined {
  return /^stepper_.?/.exec(stepper.getName())?.[0];
}

/** Kalico's TriggerDispatch. */
export class TriggerDispatch {
  private readonly home: McuTrsync;
  private readonly trsyncs: Map<Mcu, McuTrsync>;
  private readonly dispatch = new TrDispatch();
  private trigger: Completion<boolean> | undefined;

  constructor(mcu: Mcu) {
    this.home = new McuTrsync(mcu, this.dispatch);
    this.trsyncs = new Map([[mcu, this.home]]);
  }

  getOid(): number {
    return this.home.getOid();
  }

  getCommandQueue(): CommandQueue {
    return this.home.getCommandQueue();
  }

  /** Adds a stepper. @throws ConfigError when steppers of one axis sit on several MCUs. */
  addStepper(stepper: TriggeredStepper): void {
    const mcu = stepper.getMcu();
    if (!this.trsyncs.has(mcu)) this.trsyncs.set(mcu, new McuTrsync(mcu, this.dispatch));
    this.trsyncs.get(mcu)!.addStepper(stepper);
    const axis = railAxis(stepper);
    if (axis === undefined) return;
    const isApart = this.getSteppers().some((other) => other.getMcu() !== mcu && other.getName().startsWith(axis));
    if (isApart) throw new ConfigError("Multi-mcu homing not supported on multi-mcu shared axis");
  }

  getSteppers(): TriggeredStepper[] {
    return this.all().flatMap((trsync) => trsync.getSteppers());
  }

  /** Arms all trsyncs at a print time (s). */
  start(printTime: number): Completion<boolean> {
    const printer = this.home.getMcu().getPrinter();
    const trigger = (this.trigger = printer.getReactor().completion<boolean>());
    const all = this.all();
    const timeout = expireTimeout(printer, all.length);
    for (const [index, trsync] of all.entries()) trsync.start(printTime, index / all.length, trigger, timeout);
    this.dispatch.start(REASON_HOST_REQUEST);
    return trigger;
  }

  /** Waits for a trigger, at most until a report after `endTime` (print time, s). */
  async waitEnd(endTime: number): Promise<void> {
    this.home.setHomeEndTime(endTime);
    await this.trigger!.wait();
  }

  /** Disarms all trsyncs; the reason of a failure if there was one, else that of the endstop's own MCU. */
  async stop(): Promise<number> {
    this.dispatch.stop();
    const own = await this.home.stop();
    let told = own;
    for (const trsync of this.all().slice(1)) {
      const reason = await trsync.stop();
      if (isFailure(reason) && !isFailure(told)) told = reason;
    }
    return told;
  }

  private all(): McuTrsync[] {
    return [...this.trsyncs.values()];
  }
}
