/**
 * A PWM output pin: hardware PWM (`config_pwm_out`, scale PWM_MAX) or software PWM (`config_digital_out` with
 * a cycle, scale = cycle ticks). Values are duty cycles 0…1 at print times.
 */
import { PinError } from "../errors.js";
import type { CommandWrapper } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";
import type { PinParams } from "./pins.js";
import { MAX_SCHEDULE_TICKS, START_VALUE_LEAD } from "./schedule-limits.js";

const clampDuty = (value: number): number => Math.max(0, Math.min(1, value));

/** Kalico's MCU_pwm; made by `pins.setupPin("pwm", desc)`. */
export class McuPwm {
  private readonly mcu: Mcu;
  private readonly pin: string;
  private readonly invert: 0 | 1;
  private oid = -1;
  private hardwarePwm = false;
  private cycleSeconds = 0.1;
  private maxDurationSeconds = 2;
  private startValue: number;
  private shutdownValue: number;
  private queueDepth = 1;
  /** Clocks of the last updates, as many as the micro-controller may hold. */
  private pastClocks: number[] = [];
  private pwmMax = 0;
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

  /** Period (s) and whether the MCU's timer hardware makes it. */
  setupCycleTime(cycleSeconds: number, hardwarePwm = false): void {
    this.cycleSeconds = cycleSeconds;
    this.hardwarePwm = hardwarePwm;
  }

  /** How many updates the MCU may hold for later; each takes a place in its move queue. More are needed where updates come closer together than a message takes. */
  setupQueueDepth(queueDepth: number): void {
    this.queueDepth = queueDepth;
  }

  /** Duty cycles (0…1, before inversion) at connect and at shutdown. */
  setupStartValue(startValue: number, shutdownValue: number): void {
    this.startValue = clampDuty(this.invert ? 1 - startValue : startValue);
    this.shutdownValue = clampDuty(this.invert ? 1 - shutdownValue : shutdownValue);
  }

  /** Sets the duty cycle (0…1) at a print time (s); times must ascend and lie ≥ 0.1 s ahead. */
  setPwm(printTime: number, value: number): void {
    const duty = clampDuty(this.invert ? 1 - value : value);
    const clock = this.mcu.printTimeToClock(printTime);
    this.setCmd!.send([this.oid, clock, Math.trunc(duty * this.pwmMax + 0.5)], { minclock: this.pastClocks.shift()!, reqclock: clock });
    this.pastClocks.push(clock);
  }

  private buildConfig(): void {
    const { mcu } = this;
    if (this.maxDurationSeconds !== 0 && this.startValue !== this.shutdownValue) {
      throw new PinError("Pin with max duration must have start value equal to shutdown value");
    }
    const queue = mcu.allocCommandQueue();
    const eventTime = mcu.getPrinter().getReactor().monotonic();
    const startClock = mcu.printTimeToClock(mcu.estimatedPrintTime(eventTime) + START_VALUE_LEAD);
    this.pastClocks = Array.from({ length: this.queueDepth }, () => startClock);
    const cycleTicks = mcu.secondsToClock(this.cycleSeconds);
    const maxDurationTicks = mcu.secondsToClock(this.maxDurationSeconds);
    if (maxDurationTicks > MAX_SCHEDULE_TICKS) throw new PinError("PWM pin max duration too large");
    if (this.hardwarePwm) {
      this.pwmMax = mcu.getConstantFloat("PWM_MAX");
      for (let i = 0; i < this.queueDepth; i++) mcu.requestMoveQueueSlot();
      this.oid = mcu.createOid();
      mcu.addConfigCmd(
        `config_pwm_out oid=${this.oid} pin=${this.pin} cycle_ticks=${cycleTicks}` +
          ` value=${Math.trunc(this.startValue * this.pwmMax)}` +
          ` default_value=${Math.trunc(this.shutdownValue * this.pwmMax)} max_duration=${maxDurationTicks}`,
      );
      const startWireValue = Math.trunc(this.startValue * this.pwmMax + 0.5);
      mcu.addConfigCmd(`queue_pwm_out oid=${this.oid} clock=${startClock} value=${startWireValue}`, { onRestart: true });
      this.setCmd = mcu.lookupCommand("queue_pwm_out oid=%c clock=%u value=%hu", queue);
      return;
    }
    if (this.shutdownValue !== 0 && this.shutdownValue !== 1) {
      throw new PinError("shutdown value must be 0.0 or 1.0 on soft pwm");
    }
    if (cycleTicks > MAX_SCHEDULE_TICKS) throw new PinError("PWM pin cycle time too large");
    for (let i = 0; i < this.queueDepth; i++) mcu.requestMoveQueueSlot();
    this.oid = mcu.createOid();
    mcu.addConfigCmd(
      `config_digital_out oid=${this.oid} pin=${this.pin} value=${this.startValue >= 1 ? 1 : 0}` +
        ` default_value=${this.shutdownValue >= 0.5 ? 1 : 0} max_duration=${maxDurationTicks}`,
    );
    mcu.addConfigCmd(`set_digital_out_pwm_cycle oid=${this.oid} cycle_ticks=${cycleTicks}`);
    this.pwmMax = cycleTicks;
    const startTicks = Math.trunc(this.startValue * cycleTicks + 0.5);
    mcu.addConfigCmd(`queue_digital_out oid=${this.oid} clock=${startClock} on_ticks=${startTicks}`, { isInit: true });
    this.setCmd = mcu.lookupCommand("queue_digital_out oid=%c clock=%u on_ticks=%u", queue);
  }
}
