/**
 * A digital output pin of an MCU: `config_digital_out` at connect, one `queue_digital_out` per change, at a
 * print time. Each change is transmitted only after the one before it has taken effect (min_clock), so it
 * holds one slot of the MCU's move queue.
 */
import { CommandError, PinError } from "../errors.js";
import type { CommandWrapper } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";
import type { PinParams } from "./pins.js";
import { MAX_SCHEDULE_TICKS } from "./schedule-limits.js";

/** Kalico's MCU_digital_out; made by `pins.setupPin("digital_out", desc)`. */
export class McuDigitalOut {
  private readonly mcu: Mcu;
  private readonly pin: string;
  private readonly invert: 0 | 1;
  private oid = -1;
  private startValue: 0 | 1;
  private shutdownValue: 0 | 1;
  private maxDurationSeconds = 2;
  private lastClock = 0;
  private setCmd: CommandWrapper | undefined;

  constructor(mcu: Mcu, pinParams: PinParams) {
    this.mcu = mcu;
    this.pin = pinParams.pin;
    this.invert = pinParams.invert;
    this.startValue = this.shutdownValue = pinParams.invert;
    mcu.registerConfigCallback(() => this.buildConfig());
  }

  getMcu(): Mcu {
    return this.mcu;
  }

  /** Longest time (s) for which the MCU keeps a value other than the shutdown value without a new command; 0: no limit. */
  setupMaxDuration(maxDurationSeconds: number): void {
    this.maxDurationSeconds = maxDurationSeconds;
  }

  /** Values (before inversion) at connect and at shutdown. */
  setupStartValue(startValue: boolean | number, shutdownValue: boolean | number): void {
    this.startValue = this.wireValue(startValue);
    this.shutdownValue = this.wireValue(shutdownValue);
  }

  /** Sets the pin at a print time (s); times must ascend and lie ≥ 0.1 s ahead. @throws CommandError when the MCU is disconnected. */
  setDigital(printTime: number, value: boolean | number): void {
    if (this.mcu.nonCriticalDisconnected) {
      throw new CommandError(`Cannot set pin on disconnected MCU '${this.mcu.getName()}'`);
    }
    const clock = this.mcu.printTimeToClock(printTime);
    this.setCmd!.send([this.oid, clock, this.wireValue(value)], { minclock: this.lastClock, reqclock: clock });
    this.lastClock = clock;
  }

  private wireValue(value: boolean | number): 0 | 1 {
    return ((value ? 1 : 0) ^ this.invert) as 0 | 1;
  }

  private buildConfig(): void {
    const { mcu } = this;
    if (this.maxDurationSeconds !== 0 && this.startValue !== this.shutdownValue) {
      throw new PinError("Pin with max duration must have start value equal to shutdown value");
    }
    const maxDurationTicks = mcu.secondsToClock(this.maxDurationSeconds);
    if (maxDurationTicks > MAX_SCHEDULE_TICKS) throw new PinError("Digital pin max duration too large");
    mcu.requestMoveQueueSlot();
    this.oid = mcu.createOid();
    mcu.addConfigCmd(
      `config_digital_out oid=${this.oid} pin=${this.pin} value=${this.startValue}` +
        ` default_value=${this.shutdownValue} max_duration=${maxDurationTicks}`,
    );
    mcu.addConfigCmd(`update_digital_out oid=${this.oid} value=${this.startValue}`, { onRestart: true });
    this.setCmd = mcu.lookupCommand("queue_digital_out oid=%c clock=%u on_ticks=%u", mcu.allocCommandQueue());
  }
}
