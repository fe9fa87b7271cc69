/**
 * `[pwm_cycle_time <name>]`: a pin with software PWM whose period SET_PIN may change each time. Values are duty cycles 0…1 after scaling, times s.
 */
import type { ConfigSection, GCodeCommand, GCodeDispatch } from "../heaters/host-types.js";
import { CommandError, ConfigError } from "../errors.js";
import type { CommandWrapper } from "../mcu/mcu-commands.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PinParams, PrinterPins } from "../mcu/pins.js";
import { MAX_SCHEDULE_TICKS } from "../mcu/schedule-limits.js";
import type { Toolhead } from "../motion/surface.js";

/** Longest period, s. */
const MAX_CYCLE_SECONDS = 5;
/** Two settings of a pin lie this far apart, s. */
const PIN_MIN_TIME = 0.1;
/** Lead of the start value over the estimated print time at connect, s. */
const INIT_LEAD_SECONDS = 0.2;

/** The pin on its micro-controller. */
export class McuPwmCycle {
  private readonly mcu: Mcu;
  private readonly pin: string;
  private readonly isInverted: boolean;
  private readonly cycleSeconds: number;
  private readonly startValue: number;
  private readonly shutdownValue: number;
  private oid = -1;
  private lastClock = 0;
  private lastCycleTicks = 0;
  private setCmd: CommandWrapper | undefined;
  private setCycleCmd: CommandWrapper | undefined;

  constructor(pinParams: PinParams, cycleSeconds: number, startValue: number, shutdownValue: number) {
    this.mcu = pinParams.chip as Mcu;
    this.pin = pinParams.pin;
    this.isInverted = pinParams.invert !== 0;
    this.cycleSeconds = cycleSeconds;
    this.startValue = this.onWire(startValue);
    this.shutdownValue = this.onWire(shutdownValue);
    this.mcu.registerConfigCallback(() => this.buildConfig());
  }

  getMcu(): Mcu {
    return this.mcu;
  }

  private onWire(value: number): number {
    return Math.max(0, Math.min(1, this.isInverted ? 1 - value : value));
  }

  private buildConfig(): void {
    const { mcu } = this;
    if (this.shutdownValue !== 0 && this.shutdownValue !== 1) throw new ConfigError("shutdown value must be 0.0 or 1.0 on soft pwm");
    const cycleTicks = mcu.secondsToClock(this.cycleSeconds);
    if (cycleTicks > MAX_SCHEDULE_TICKS) throw new ConfigError("PWM pin cycle time too large");
    const queue = mcu.allocCommandQueue();
    mcu.requestMoveQueueSlot();
    this.oid = mcu.createOid();
    mcu.addConfigCmd(
      `config_digital_out oid=${this.oid} pin=${this.pin} value=${this.startValue >= 1 ? 1 : 0}` +
        ` default_value=${this.shutdownValue >= 0.5 ? 1 : 0} max_duration=0`,
    );
    mcu.addConfigCmd(`set_digital_out_pwm_cycle oid=${this.oid} cycle_ticks=${cycleTicks}`);
    this.lastCycleTicks = cycleTicks;
    const eventTime = mcu.getPrinter().getReactor().monotonic();
    this.lastClock = mcu.printTimeToClock(mcu.estimatedPrintTime(eventTime) + INIT_LEAD_SECONDS);
    const onTicks = Math.trunc(this.startValue * cycleTicks + 0.5);
    mcu.addConfigCmd(`queue_digital_out oid=${this.oid} clock=${this.lastClock} on_ticks=${onTicks}`, { isInit: true });
    this.setCmd = mcu.lookupCommand("queue_digital_out oid=%c clock=%u on_ticks=%u", queue);
    this.setCycleCmd = mcu.lookupCommand("set_digital_out_pwm_cycle oid=%c cycle_ticks=%u", queue);
  }

  /** Sets duty cycle and period at a print time. @throws CommandError when the period is too long for the clock */
  setPwmCycle(printTime: number, value: number, cycleSeconds: number): void {
    const clock = this.mcu.printTimeToClock(printTime);
    const clocks = { minclock: this.lastClock, reqclock: clock };
    const cycleTicks = this.mcu.secondsToClock(cycleSeconds);
    if (cycleTicks !== this.lastCycleTicks) {
      if (cycleTicks > MAX_SCHEDULE_TICKS) throw new CommandError("PWM cycle time too large");
      this.setCycleCmd!.send([this.oid, cycleTicks], clocks);
      this.lastCycleTicks = cycleTicks;
    }
    this.setCmd!.send([this.oid, clock, Math.trunc(this.onWire(value) * cycleTicks + 0.5)], clocks);
    this.lastClock = clock;
  }
}

export class PrinterOutputPwmCycle {
  private readonly scale: number;
  private readonly defaultCycleTime: number;
  private readonly mcuPin: McuPwmCycle;
  private readonly toolhead: () => Toolhead;
  private lastValue: number;
  private lastCycleTime: number;
  private lastPrintTime = 0;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.defaultCycleTime = this.lastCycleTime = config.getFloat("cycle_time", { default: 0.1, above: 0, maxval: MAX_CYCLE_SECONDS });
    this.scale = config.getFloat("scale", { default: 1, above: 0 });
    this.lastValue = config.getFloat("value", { default: 0, minval: 0, maxval: this.scale }) / this.scale;
    const shutdownValue = config.getFloat("shutdown_value", { default: 0, minval: 0, maxval: this.scale }) / this.scale;
    const pin = printer.lookupObject<PrinterPins>("pins").lookupPin(config.get("pin"), { canInvert: true });
    this.mcuPin = new McuPwmCycle(pin, this.defaultCycleTime, this.lastValue, shutdownValue);
    this.toolhead = () => printer.lookupObject<Toolhead>("toolhead");
    const name = config.getName().split(/\s+/)[1]!;
    printer.lookupObject<GCodeDispatch>("gcode").registerMuxCommand("SET_PIN", "PIN", name, (gcmd) => this.cmdSetPin(gcmd), {
      desc: "Set the value of an output pin",
    });
  }

  getStatus(_eventTime: number): { value: number } {
    return { value: this.lastValue };
  }

  private setPin(printTime: number, value: number, cycleTime: number): void {
    if (value === this.lastValue && cycleTime === this.lastCycleTime) return;
    const at = Math.max(printTime, this.lastPrintTime + PIN_MIN_TIME);
    this.mcuPin.setPwmCycle(at, value, cycleTime);
    this.lastValue = value;
    this.lastCycleTime = cycleTime;
    this.lastPrintTime = at;
  }

  private cmdSetPin(gcmd: GCodeCommand): void {
    const value = gcmd.getFloat("VALUE", { minval: 0, maxval: this.scale }) / this.scale;
    const cycleTime = gcmd.getFloat("CYCLE_TIME", { default: this.defaultCycleTime, above: 0, maxval: MAX_CYCLE_SECONDS });
    this.toolhead().registerLookaheadCallback((printTime) => this.setPin(printTime, value, cycleTime));
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterOutputPwmCycle {
  return new PrinterOutputPwmCycle(config);
}
