/**
 * An endstop pin: the MCU samples it from a clock on and triggers its trsync, which stops the steppers; the
 * host learns the trigger clock from `next_clock - rest_ticks`. Oversampling: `sampleCount` equal readings
 * `sampleTime` apart, looked for every `restTime`.
 */
import { CommandError } from "../errors.js";
import type { Completion } from "../reactor/completion.js";
import type { MessageParams } from "../wire/index.js";
import { lookupCommands, restingCommand } from "./command-table.js";
import { isFailure, REASON_ENDSTOP_HIT } from "./homing-session.js";
import type { CommandQueryWrapper, CommandWrapper } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";
import type { PinParams } from "./pins.js";
import { TriggerDispatch } from "./trigger-dispatch.js";
import type { TriggeredStepper } from "./trsync.js";

const COMMANDS = {
  home: "endstop_home oid=%c clock=%u sample_ticks=%u sample_count=%c rest_ticks=%u pin_value=%c trsync_oid=%c trigger_reason=%c",
} as const;
const QUERY = "endstop_query_state oid=%c";
const STATE = "endstop_state oid=%c homing=%c next_clock=%u pin_value=%c";

/** Arguments of `endstop_home` after the oid when the endstop is not to watch. */
const NOT_WATCHING = [0, 0, 0, 0, 0, 0, 0] as const;

/** What a configured MCU offers to its endstop. */
interface EndstopLink {
  readonly home: CommandWrapper;
  readonly query: CommandQueryWrapper;
}

/** Kalico's MCU_endstop; made by `pins.setupPin("endstop", desc)`. */
export class McuEndstop {
  private readonly mcu: Mcu;
  private readonly pin: string;
  private readonly pullup: -1 | 0 | 1;
  private readonly invert: 0 | 1;
  private readonly oid: number;
  private readonly dispatch: TriggerDispatch;
  private link: EndstopLink | undefined;
  /** From a clock at which the pin is looked at next to the first reading of a trigger. */
  private ticksToTrigger = 0;

  constructor(mcu: Mcu, pinParams: PinParams) {
    this.mcu = mcu;
    this.pin = pinParams.pin;
    this.pullup = pinParams.pullup;
    this.invert = pinParams.invert;
    this.oid = mcu.createOid();
    mcu.registerConfigCallback(() => this.configure());
    this.dispatch = new TriggerDispatch(mcu);
  }

  getMcu(): Mcu {
    return this.mcu;
  }

  /** Adds a stepper that the endstop stops; steppers of other MCUs get a trsync of their own. */
  addStepper(stepper: TriggeredStepper): void {
    this.dispatch.addStepper(stepper);
  }

  getSteppers(): TriggeredStepper[] {
    return this.dispatch.getSteppers();
  }

  /**
   * Arms the endstop at a print time (s). The completion carries whether the end was a failure of communication.
   * @param sampleTime seconds between the readings of one look, @param restTime seconds between two looks
   */
  homeStart(
    printTime: number,
    sampleTime: number,
    sampleCount: number,
    restTime: number,
    options: { triggered?: boolean } = {},
  ): Completion<boolean> {
    const { mcu, oid, dispatch } = this;
    const startClock = mcu.printTimeToClock(printTime);
    const restTicks = mcu.printTimeToClock(printTime + restTime) - startClock;
    const triggerLevel = ((options.triggered ?? true) ? 1 : 0) ^ this.invert;
    const sampling = [mcu.secondsToClock(sampleTime), sampleCount, restTicks, triggerLevel] as const;
    this.ticksToTrigger = restTicks;
    // The trsync listens before the endstop may trigger it.
    const completion = dispatch.start(printTime);
    this.link!.home.send([oid, startClock, ...sampling, dispatch.getOid(), REASON_ENDSTOP_HIT], { reqclock: startClock });
    return completion;
  }

  /**
   * Waits for the trigger or the end of the move, disarms, and answers with the print time (s) of the trigger; 0: none.
   * @throws CommandError "Communication timeout during homing"
   */
  async homeWait(homeEndTime: number): Promise<number> {
    const { dispatch, oid } = this;
    await dispatch.waitEnd(homeEndTime);
    this.link!.home.send([oid, ...NOT_WATCHING]);
    const reason = await dispatch.stop();
    if (isFailure(reason)) throw new CommandError("Communication timeout during homing");
    return reason === REASON_ENDSTOP_HIT ? this.triggerTime(await this.link!.query.send([oid])) : 0;
  }

  /** Level of the pin (1: triggered) read not before a print time (s). */
  async queryEndstop(printTime: number): Promise<number> {
    const { pin_value: level } = await this.link!.query.send([this.oid], { minclock: this.mcu.printTimeToClock(printTime) });
    return (level as number) ^ this.invert;
  }

  /** Print time (s) of the first reading of a trigger. */
  private triggerTime(state: MessageParams): number {
    const { mcu } = this;
    return mcu.clockToPrintTime(mcu.clock32ToClock64(state.next_clock as number) - this.ticksToTrigger);
  }

  private configure(): void {
    const { mcu, oid } = this;
    mcu.addConfigCmd(`config_endstop oid=${oid} pin=${this.pin} pull_up=${this.pullup}`);
    mcu.addConfigCmd(restingCommand(COMMANDS.home, oid), { onRestart: true });
    const cq = this.dispatch.getCommandQueue();
    this.link = { ...lookupCommands(mcu, COMMANDS, cq), query: mcu.lookupQueryCommand(QUERY, STATE, { oid, cq }) };
  }
}
