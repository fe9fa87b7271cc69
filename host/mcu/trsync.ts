/**
 * Trigger synchronisation: one trsync per MCU that takes part in a homing move. A trsync stops its steppers on
 * the endstop's trigger, on the host's request, or when the host falls silent for the expire timeout.
 * TriggerDispatch holds the trsyncs of one endstop or probe together; the fast part (extending the timeouts,
 * spreading a trigger) is TrDispatch, which runs in the reader of the ports.
 */
import { ConfigError } from "../errors.js";
import type { Completion } from "../reactor/completion.js";
import type { CommandQueue } from "../transport/serialqueue.js";
import type { MessageParams } from "../wire/index.js";
import type { CommandQueryWrapper, CommandWrapper } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";
import { TrDispatch, TrDispatchMcu } from "./trdispatch.js";

export const REASON_ENDSTOP_HIT = 1;
export const REASON_HOST_REQUEST = 2;
export const REASON_PAST_END_TIME = 3;
/** This and every larger reason is a failure; sensors add their own above. */
export const REASON_COMMS_TIMEOUT = 4;

/** Reports come 0.3 expire timeouts apart; a timeout is extended when it gains 0.8 of a report period. */
const REPORT_SHARE = 0.3;
const MIN_EXTEND_SHARE = 0.8;

/** Kalico's defaults of danger_options (s). */
const SINGLE_MCU_TIMEOUT_SECONDS = 0.25;
const MULTI_MCU_TIMEOUT_SECONDS = 0.025;

/** What trsync needs of a stepper (Kalico's MCU_stepper). */
export interface TriggeredStepper {
  getName(): string;
  getMcu(): Mcu;
  getOid(): number;
  /** Forgets the step clock and reads the position back from the MCU. */
  noteHomingEnd(): void | Promise<void>;
}

/** Kalico's MCU_trsync. */
export class McuTrsync {
  private readonly mcu: Mcu;
  private readonly dispatch: TrDispatch;
  private readonly oid: number;
  private readonly cq: CommandQueue;
  private readonly steppers: TriggeredStepper[] = [];
  private dispatchMcu: TrDispatchMcu | undefined;
  private startCmd: CommandWrapper | undefined;
  private setTimeoutCmd: CommandWrapper | undefined;
  private triggerCmd: CommandWrapper | undefined;
  private queryCmd: CommandQueryWrapper | undefined;
  private stepperStopCmd: CommandWrapper | undefined;
  private triggerCompletion: Completion<boolean> | undefined;
  private homeEndClock: number | undefined;

  constructor(mcu: Mcu, dispatch: TrDispatch) {
    this.mcu = mcu;
    this.dispatch = dispatch;
    this.oid = mcu.createOid();
    this.cq = mcu.allocCommandQueue();
    mcu.registerConfigCallback(() => this.buildConfig());
    mcu.getPrinter().registerEventHandler("klippy:shutdown", () => this.handleShutdown());
  }

  getMcu(): Mcu {
    return this.mcu;
  }

  getOid(): number {
    return this.oid;
  }

  getCommandQueue(): CommandQueue {
    return this.cq;
  }

  addStepper(stepper: TriggeredStepper): void {
    if (!this.steppers.includes(stepper)) this.steppers.push(stepper);
  }

  getSteppers(): TriggeredStepper[] {
    return [...this.steppers];
  }

  /**
   * Arms the trsync at a print time (s).
   * @param reportOffset phase (0…1) of the reports, so that those of several MCUs interleave
   * @param expireTimeout seconds of silence after which the MCU stops by itself
   */
  start(printTime: number, reportOffset: number, triggerCompletion: Completion<boolean>, expireTimeout: number): void {
    const { mcu, oid } = this;
    this.triggerCompletion = triggerCompletion;
    this.homeEndClock = undefined;
    const clock = mcu.printTimeToClock(printTime);
    const expireTicks = mcu.secondsToClock(expireTimeout);
    const expireClock = clock + expireTicks;
    const reportTicks = mcu.secondsToClock(expireTimeout * REPORT_SHARE);
    const reportClock = clock + Math.trunc(reportTicks * reportOffset + 0.5);
    const minExtendTicks = Math.trunc(reportTicks * MIN_EXTEND_SHARE + 0.5);
    this.dispatchMcu!.setup(clock, expireClock, expireTicks, minExtendTicks);
    mcu.registerResponse((params) => this.handleTrsyncState(params), "trsync_state", oid);
    this.startCmd!.send([oid, reportClock, reportTicks, REASON_COMMS_TIMEOUT], { reqclock: clock });
    for (const stepper of this.steppers) this.stepperStopCmd!.send([stepper.getOid(), oid]);
    this.setTimeoutCmd!.send([oid, expireClock], { reqclock: clock });
  }

  /** Print time (s) after which a report ends the wait with REASON_PAST_END_TIME. */
  setHomeEndTime(homeEndTime: number): void {
    this.homeEndClock = this.mcu.printTimeToClock(homeEndTime);
  }

  /** Disarms and answers with the reason that the MCU has stored. */
  async stop(): Promise<number> {
    this.mcu.registerResponse(undefined, "trsync_state", this.oid);
    this.triggerCompletion = undefined;
    const params = await this.queryCmd!.send([this.oid, REASON_HOST_REQUEST]);
    for (const stepper of this.steppers) await stepper.noteHomingEnd();
    return params.trigger_reason as number;
  }

  private handleShutdown(): void {
    const completion = this.triggerCompletion;
    this.triggerCompletion = undefined;
    completion?.complete(false);
  }

  private handleTrsyncState(params: MessageParams): void {
    if (!params.can_trigger) {
      const completion = this.triggerCompletion;
      if (completion === undefined) return;
      this.triggerCompletion = undefined;
      const isFailure = (params.trigger_reason as number) >= REASON_COMMS_TIMEOUT;
      this.mcu.getPrinter().getReactor().asyncComplete(completion, isFailure);
    } else if (this.homeEndClock !== undefined) {
      if (this.mcu.clock32ToClock64(params.clock as number) < this.homeEndClock) return;
      this.homeEndClock = undefined;
      this.triggerCmd!.send([this.oid, REASON_PAST_END_TIME]);
    }
  }

  private buildConfig(): void {
    const { mcu, oid, cq } = this;
    mcu.addConfigCmd(`config_trsync oid=${oid}`);
    mcu.addConfigCmd(`trsync_start oid=${oid} report_clock=0 report_ticks=0 expire_reason=0`, { onRestart: true });
    const triggerFormat = "trsync_trigger oid=%c reason=%c";
    const stateFormat = "trsync_state oid=%c can_trigger=%c trigger_reason=%c clock=%u";
    this.startCmd = mcu.lookupCommand("trsync_start oid=%c report_clock=%u report_ticks=%u expire_reason=%c", cq);
    this.setTimeoutCmd = mcu.lookupCommand("trsync_set_timeout oid=%c clock=%u", cq);
    this.triggerCmd = mcu.lookupCommand(triggerFormat, cq);
    this.queryCmd = mcu.lookupQueryCommand(triggerFormat, stateFormat, { oid, cq });
    this.stepperStopCmd = mcu.lookupCommand("stepper_stop_on_trigger oid=%c trsync_oid=%c", cq);
    // A non-critical MCU builds its configuration again at each reconnect.
    if (this.dispatchMcu !== undefined) this.dispatch.remove(this.dispatchMcu);
    this.dispatchMcu = new TrDispatchMcu(this.dispatch, mcu.getSerialQueue(), cq, oid, {
      setTimeout: this.setTimeoutCmd.getCommandTag(),
      trigger: this.triggerCmd.getCommandTag(),
      state: mcu.lookupCommand(stateFormat).getCommandTag(),
    });
  }
}

/** Kalico's TriggerDispatch: the trsyncs of all MCUs whose steppers one trigger stops. */
export class TriggerDispatch {
  private readonly mcu: Mcu;
  private readonly dispatch = new TrDispatch();
  private readonly trsyncs: McuTrsync[];
  private triggerCompletion: Completion<boolean> | undefined;

  constructor(mcu: Mcu) {
    this.mcu = mcu;
    this.trsyncs = [new McuTrsync(mcu, this.dispatch)];
  }

  getOid(): number {
    return this.trsyncs[0]!.getOid();
  }

  getCommandQueue(): CommandQueue {
    return this.trsyncs[0]!.getCommandQueue();
  }

  /** Adds a stepper. @throws ConfigError when steppers of one axis sit on several MCUs. */
  addStepper(stepper: TriggeredStepper): void {
    let trsync = this.trsyncs.find((candidate) => candidate.getMcu() === stepper.getMcu());
    if (trsync === undefined) {
      trsync = new McuTrsync(stepper.getMcu(), this.dispatch);
      this.trsyncs.push(trsync);
    }
    trsync.addStepper(stepper);
    const name = stepper.getName();
    if (!name.startsWith("stepper_")) return;
    const axis = name.slice(0, 9);
    for (const other of this.trsyncs) {
      if (other === trsync) continue;
      if (other.getSteppers().some((candidate) => candidate.getName().startsWith(axis))) {
        throw new ConfigError("Multi-mcu homing not supported on multi-mcu shared axis");
      }
    }
  }

  getSteppers(): TriggeredStepper[] {
    return this.trsyncs.flatMap((trsync) => trsync.getSteppers());
  }

  /** Arms all trsyncs at a print time (s). */
  start(printTime: number): Completion<boolean> {
    const printer = this.mcu.getPrinter();
    const completion = printer.getReactor().completion<boolean>();
    this.triggerCompletion = completion;
    const options = printer.lookupObject<{ singleMcuTrsyncTimeout?: number; multiMcuTrsyncTimeout?: number } | null>(
      "danger_options",
      null,
    );
    const expireTimeout =
      this.trsyncs.length === 1
        ? (options?.singleMcuTrsyncTimeout ?? SINGLE_MCU_TIMEOUT_SECONDS)
        : (options?.multiMcuTrsyncTimeout ?? MULTI_MCU_TIMEOUT_SECONDS);
    this.trsyncs.forEach((trsync, index) => {
      trsync.start(printTime, index / this.trsyncs.length, completion, expireTimeout);
    });
    this.dispatch.start(REASON_HOST_REQUEST);
    return completion;
  }

  /** Waits for a trigger, at most until a report after `endTime` (print time, s). */
  async waitEnd(endTime: number): Promise<void> {
    this.trsyncs[0]!.setHomeEndTime(endTime);
    await this.triggerCompletion!.wait();
  }

  /** Disarms all trsyncs; the reason of a failure if there was one, else that of the endstop's own MCU. */
  async stop(): Promise<number> {
    this.dispatch.stop();
    const reasons: number[] = [];
    for (const trsync of this.trsyncs) reasons.push(await trsync.stop());
    return reasons.find((reason) => reason >= REASON_COMMS_TIMEOUT) ?? reasons[0]!;
  }
}
