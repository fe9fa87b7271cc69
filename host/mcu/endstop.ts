/**
 * An endstop pin: the MCU samples it from a clock on and triggers its trsync, which stops the steppers; the
 * host learns the trigger clock from `next_clock - rest_ticks`. Oversampling: `sampleCount` equal readings
 * `sampleTime` apart, looked for every `restTime`.
 */
import { CommandError } from "../errors.js";
import type { Completion } from "../reactor/completion.js";
import type { CommandQueryWrapper, CommandWrapper } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";
import type { PinParams } from "./pins.js";
import { REASON_COMMS_TIMEOUT, REASON_ENDSTOP_HIT, TriggerDispatch, type TriggeredStepper } from "./trsync.js";

/** Kalico's MCU_endstop; made by `pins.setupPin("endstop", desc)`. */
export class McuEndstop {
  private readonly mcu: Mcu;
  private readonly pin: string;
  private readonly pullup: -1 | 0 | 1;
  private readonly invert: 0 | 1;
  private readonly oid: number;
  private readonly dispatch: TriggerDispatch;
  private restTicks = 0;
  private homeCmd: CommandWrapper | undefined;
  private queryCmd: CommandQueryWrapper | undefined;

  constructor(mcu: Mcu, pinParams: PinParams) {
    this.mcu = mcu;
    this.pin = pinParams.pin;
    this.pullup = pinParams.pullup;
    this.invert = pinParams.invert;
    this.oid = mcu.createOid();
    mcu.registerConfigCallback(() => this.buildConfig());
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
    const { mcu } = this;
    const clock = mcu.printTimeToClock(printTime);
    this.restTicks = mcu.printTimeToClock(printTime + restTime) - clock;
    const completion = this.dispatch.start(printTime);
    const pinValue = ((options.triggered ?? true) ? 1 : 0) ^ this.invert;
    this.homeCmd!.send(
      [this.oid, clock, mcu.secondsToClock(sampleTime), sampleCount, this.restTicks, pinValue, this.dispatch.getOid(), REASON_ENDSTOP_HIT],
      { reqclock: clock },
    );
    return completion;
  }

  /**
   * Waits for the trigger or the end of the move, disarms, and answers with the print time (s) of the trigger; 0: none.
   * @throws CommandError "Communication timeout during homing"
   */
  async homeWait(homeEndTime: number): Promise<number> {
    await this.dispatch.waitEnd(homeEndTime);
    this.homeCmd!.send([this.oid, 0, 0, 0, 0, 0, 0, 0]);
    const reason = await this.dispatch.stop();
    if (reason >= REASON_COMMS_TIMEOUT) throw new CommandError("Communication timeout during homing");
    if (reason !== REASON_ENDSTOP_HIT) return 0;
    const params = await this.queryCmd!.send([this.oid]);
    const nextClock = this.mcu.clock32ToClock64(params.next_clock as number);
    return this.mcu.clockToPrintTime(nextClock - this.restTicks);
  }

  /** Level of the pin (1: triggered) read not before a print time (s). */
  async queryEndstop(printTime: number): Promise<number> {
    const params = await this.queryCmd!.send([this.oid], { minclock: this.mcu.printTimeToClock(printTime) });
    return (params.pin_value as number) ^ this.invert;
  }

  private buildConfig(): void {
    const { mcu, oid } = this;
    mcu.addConfigCmd(`config_endstop oid=${oid} pin=${this.pin} pull_up=${this.pullup}`);
    mcu.addConfigCmd(
      `endstop_home oid=${oid} clock=0 sample_ticks=0 sample_count=0 rest_ticks=0 pin_value=0 trsync_oid=0 trigger_reason=0`,
      { onRestart: true },
    );
    const cq = this.dispatch.getCommandQueue();
    this.homeCmd = mcu.lookupCommand(
      "endstop_home oid=%c clock=%u sample_ticks=%u sample_count=%c rest_ticks=%u pin_value=%c trsync_oid=%c trigger_reason=%c",
      cq,
    );
    this.queryCmd = mcu.lookupQueryCommand(
      "endstop_query_state oid=%c",
      "endstop_state oid=%c homing=%c next_clock=%u pin_value=%c",
      { oid, cq },
    );
  }
}
