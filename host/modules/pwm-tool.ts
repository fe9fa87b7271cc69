/**
 * `[pwm_tool <name>]`: a PWM pin for tools whose power changes with every move, as a laser's. SET_PIN takes effect exactly at the end of the moves before it. With
 * maximum_mcu_duration the pin falls to its shutdown value unless it is told again and again. Values are duty cycles 0…1 after scaling, times s.
 */
import type { ConfigSection, GCodeCommand, GCodeDispatch } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { McuPwm } from "../mcu/pwm.js";
import type { Toolhead } from "../motion/surface.js";

/** Longest period and longest time without an answer, s. */
const MAX_SCHEDULE_TIME = 5;
const MIN_MCU_DURATION = 0.5;
/** Updates that the micro-controller holds for later: moves may be shorter than a message takes. */
const QUEUE_DEPTH = 32;
/** Share of the duration after which a value is sent again. */
const RENEWAL_SHARE = 0.5;

export class PrinterOutputPin {
  private readonly mcuPin: McuPwm;
  private readonly mcu: Mcu;
  private readonly scale: number;
  private readonly shutdownValue: number;
  private readonly maxMcuDuration: number;
  private readonly toolhead: () => Toolhead;
  private lastValue: number;
  private lastPrintTime = 0;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.mcuPin = printer.lookupObject<PrinterPins>("pins").setupPin<McuPwm>("pwm", config.get("pin"));
    this.mcu = this.mcuPin.getMcu();
    const cycleTime = config.getFloat("cycle_time", { default: 0.1, above: 0, maxval: MAX_SCHEDULE_TIME });
    this.mcuPin.setupCycleTime(cycleTime, config.getBoolean("hardware_pwm", { default: false }));
    this.scale = config.getFloat("scale", { default: 1, above: 0 });
    this.maxMcuDuration = config.getFloat("maximum_mcu_duration", { default: 0, minval: MIN_MCU_DURATION, maxval: MAX_SCHEDULE_TIME });
    this.mcuPin.setupMaxDuration(this.maxMcuDuration);
    this.mcuPin.setupQueueDepth(QUEUE_DEPTH);
    this.lastValue = config.getFloat("value", { default: 0, minval: 0, maxval: this.scale }) / this.scale;
    this.shutdownValue = config.getFloat("shutdown_value", { default: 0, minval: 0, maxval: this.scale }) / this.scale;
    this.mcuPin.setupStartValue(this.lastValue, this.shutdownValue);
    if (this.maxMcuDuration > 0) this.mcu.registerFlushCallback((printTime) => this.renew(printTime));
    this.toolhead = () => printer.lookupObject<Toolhead>("toolhead");
    const name = config.getName().split(/\s+/)[1]!;
    printer.lookupObject<GCodeDispatch>("gcode").registerMuxCommand("SET_PIN", "PIN", name, (gcmd) => this.cmdSetPin(gcmd), {
      desc: "Set the value of an output pin",
    });
  }

  getStatus(_eventTime: number): { value: number } {
    return { value: this.lastValue };
  }

  private send(printTime: number, value: number): void {
    const toolhead = this.toolhead();
    this.lastPrintTime = Math.max(printTime, this.lastPrintTime);
    this.mcuPin.setPwm(this.lastPrintTime, value);
    // What is sent for later must not wait for the next move.
    toolhead.noteMcuMovequeueActivity(this.lastPrintTime + (this.maxMcuDuration > 0 && value !== this.shutdownValue ? this.maxMcuDuration * RENEWAL_SHARE : 0));
  }

  /** Everything up to a print time is being sent: tells a value again before the micro-controller drops it. */
  private renew(printTime: number): void {
    if (this.lastValue === this.shutdownValue) return;
    const period = this.maxMcuDuration * RENEWAL_SHARE;
    while (printTime >= this.lastPrintTime + period) this.send(this.lastPrintTime + period, this.lastValue);
  }

  private setPin(printTime: number, value: number): void {
    if (value === this.lastValue) return;
    this.lastValue = value;
    this.send(printTime, value);
  }

  private cmdSetPin(gcmd: GCodeCommand): void {
    const value = gcmd.getFloat("VALUE", { minval: 0, maxval: this.scale }) / this.scale;
    this.toolhead().registerLookaheadCallback((printTime) => this.setPin(printTime, value));
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterOutputPin {
  return new PrinterOutputPin(config);
}
