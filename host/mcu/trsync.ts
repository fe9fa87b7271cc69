/**
 * Trigger synchronisation of one MCU that takes part in a homing move. Its trsync stops its steppers on
 * the endstop's trigger, on the host's request, or when the host falls silent for the expire timeout.
 * What belongs to one homing move is a HomingSession. The fast part (extending the timeouts,
 * spreading a trigger) is TrDispatch, which runs in the reader of the ports.
 */
import type { Completion } from "../reactor/completion.js";
import type { CommandQueue } from "../transport/serialqueue.js";
import type { MessageParams } from "../wire/index.js";
import { lookupCommands, restingCommand } from "./command-table.js";
import { HomingSession, isFailure, REASON_COMMS_TIMEOUT, REASON_HOST_REQUEST, REASON_PAST_END_TIME, trsyncSchedule, type TrsyncReport } from "./homing-session.js";
import type { CommandQueryWrapper, CommandWrapper } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";
import { TrDispatchMcu, type TrDispatch } from "./trdispatch.js";

/** What trsync needs of a stepper (Kalico's MCU_stepper). */
export interface TriggeredStepper {
  getName(): string;
  getMcu(): Mcu;
  getOid(): number;
  /** Forgets the step clock and reads the position back from the MCU. */
  noteHomingEnd(): void | Promise<void>;
}

const COMMANDS = {
  start: "trsync_start oid=%c report_clock=%u report_ticks=%u expire_reason=%c",
  setTimeout: "trsync_set_timeout oid=%c clock=%u",
  trigger: "trsync_trigger oid=%c reason=%c",
  bindStepper: "stepper_stop_on_trigger oid=%c trsync_oid=%c",
} as const;
const STATE = "trsync_state oid=%c can_trigger=%c trigger_reason=%c clock=%u";

/** What a configured MCU offers to its trsync. */
interface TrsyncLink {
  readonly commands: Readonly<Record<keyof typeof COMMANDS, CommandWrapper>>;
  /** `trsync_trigger`, as a question for the reason that is stored. */
  readonly disarm: CommandQueryWrapper;
  readonly dispatched: TrDispatchMcu;
}

/** Kalico's MCU_trsync. */
export class McuTrsync {
  private readonly mcu: Mcu;
  private readonly dispatch: TrDispatch;
  private readonly oid: number;
  private readonly cq: CommandQueue;
  private readonly steppers = new Set<TriggeredStepper>();
  private link: TrsyncLink | undefined;
  private session: HomingSession | undefined;

  constructor(mcu: Mcu, dispatch: TrDispatch) {
    this.mcu = mcu;
    this.dispatch = dispatch;
    this.oid = mcu.createOid();
    this.cq = mcu.allocCommandQueue();
    mcu.registerConfigCallback(() => this.configure());
    mcu.getPrinter().registerEventHandler("klippy:shutdown", () => {
      this.session?.finish((completion) => completion.complete(false));
    });
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
    this.steppers.add(stepper);
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
    const { commands, dispatched } = this.link!;
    const schedule = trsyncSchedule(mcu.printTimeToClock(printTime), (seconds) => mcu.secondsToClock(seconds), reportOffset, expireTimeout);
    const session = (this.session = new HomingSession(schedule, triggerCompletion));
    dispatched.setup(schedule);
    this.listen((params) => this.follow(session, params));
    const atStart = { reqclock: schedule.startClock };
    commands.start.send([oid, schedule.reportClock, schedule.reportTicks, REASON_COMMS_TIMEOUT], atStart);
    for (const stepper of this.steppers) commands.bindStepper.send([stepper.getOid(), oid]);
    commands.setTimeout.send([oid, schedule.expireClock], atStart);
  }

  /** Print time (s) after which a report ends the wait with REASON_PAST_END_TIME. */
  setHomeEndTime(homeEndTime: number): void {
    this.session?.endAt(this.mcu.printTimeToClock(homeEndTime));
  }

  /** Disarms and answers with the reason that the MCU has stored. */
  async stop(): Promise<number> {
    this.listen(undefined);
    this.session = undefined;
    const { trigger_reason: reason } = await this.link!.disarm.send([this.oid, REASON_HOST_REQUEST]);
    for (const stepper of this.steppers) await stepper.noteHomingEnd();
    return reason as number;
  }

  private listen(handler: ((params: MessageParams) => void) | undefined): void {
    this.mcu.registerResponse(handler, "trsync_state", this.oid);
  }

  private follow(session: HomingSession, params: MessageParams): void {
    const reason = params.trigger_reason as number;
    const report: TrsyncReport = params.can_trigger ? { waitingAt: this.mcu.clock32ToClock64(params.clock as number) } : { stoppedFor: reason };
    switch (session.take(report)) {
      case "nothing":
        return;
      case "stop the move":
        return this.link!.commands.trigger.send([this.oid, REASON_PAST_END_TIME]);
      case "finish": {
        const reactor = this.mcu.getPrinter().getReactor();
        return session.finish((completion) => reactor.asyncComplete(completion, isFailure(reason)));
      }
    }
  }

  private configure(): void {
    const { mcu, oid, cq } = this;
    mcu.addConfigCmd(`config_trsync oid=${oid}`);
    mcu.addConfigCmd(restingCommand(COMMANDS.start, oid), { onRestart: true });
    const commands = lookupCommands(mcu, COMMANDS, cq);
    const disarm = mcu.lookupQueryCommand(COMMANDS.trigger, STATE, { oid, cq });
    // A non-critical MCU builds its configuration again at each reconnect.
    if (this.link !== undefined) this.dispatch.remove(this.link.dispatched);
    const dispatched = new TrDispatchMcu(this.dispatch, () => mcu.getSerialQueue(), cq, oid, {
      setTimeout: commands.setTimeout.getCommandTag(),
      trigger: commands.trigger.getCommandTag(),
      state: mcu.lookupCommand(STATE).getCommandTag(),
    });
    this.link = { commands, disarm, dispatched };
  }
}
