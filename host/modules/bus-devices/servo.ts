/** `[servo <name>]`: a servo told its angle (degrees) by the width of a pulse (s) every 20 ms; SET_SERVO. */
import type { ConfigSection } from "../../config/config-section.js";
import type { GCodeCommand, GCodeDispatch } from "../../heaters/host-types.js";
import type { PrinterPins } from "../../mcu/pins.js";
import type { McuPwm } from "../../mcu/pwm.js";
import { GCodeRequestQueue, type RequestOutcome } from "../gcode-request-queue.js";

/** Period of the signal, s. */
const SIGNAL_PERIOD = 0.02;

export class PrinterServo {
  private readonly minWidth: number;
  private readonly maxWidth: number;
  private readonly maxAngle: number;
  private readonly pwm: McuPwm;
  private readonly gcrq: GCodeRequestQueue;
  /** Share of the period. */
  private lastValue = 0;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.minWidth = config.getFloat("minimum_pulse_width", { default: 0.001, above: 0, below: SIGNAL_PERIOD });
    this.maxWidth = config.getFloat("maximum_pulse_width", { default: 0.002, above: this.minWidth, below: SIGNAL_PERIOD });
    this.maxAngle = config.getFloat("maximum_servo_angle", { default: 180 });
    this.pwm = printer.lookupObject<PrinterPins>("pins").setupPin<McuPwm>("pwm", config.get("pin"));
    this.pwm.setupMaxDuration(0);
    this.pwm.setupCycleTime(SIGNAL_PERIOD);
    this.pwm.setupStartValue(this.initialValue(config), 0);
    this.gcrq = new GCodeRequestQueue(config, this.pwm.getMcu(), (printTime, value) => this.setPwm(printTime, value));
    const name = config.getName().split(/\s+/)[1]!;
    printer.lookupObject<GCodeDispatch>("gcode").registerMuxCommand("SET_SERVO", "SERVO", name, (gcmd) => this.cmdSetServo(gcmd), { desc: "Set servo angle" });
  }

  private initialValue(config: ConfigSection): number {
    const angle = config.getFloat("initial_angle", { default: null, minval: 0, maxval: 360 });
    if (angle !== null) return this.valueOfAngle(angle);
    return this.valueOfWidth(config.getFloat("initial_pulse_width", { default: 0, minval: 0, maxval: this.maxWidth }));
  }

  getStatus(_eventTime?: number): { value: number } {
    return { value: this.lastValue };
  }

  private setPwm(printTime: number, value: number): RequestOutcome {
    if (value === this.lastValue) return ["discard", 0];
    this.lastValue = value;
    this.pwm.setPwm(printTime, value);
  }

  private valueOfAngle(angle: number): number {
    const share = Math.max(0, Math.min(this.maxAngle, angle)) / this.maxAngle;
    return (this.minWidth + share * (this.maxWidth - this.minWidth)) / SIGNAL_PERIOD;
  }

  /** A width of 0 ends the signal. */
  private valueOfWidth(width: number): number {
    return width === 0 ? 0 : Math.max(this.minWidth, Math.min(this.maxWidth, width)) / SIGNAL_PERIOD;
  }

  private cmdSetServo(gcmd: GCodeCommand): void {
    const width = gcmd.getFloat("WIDTH", { default: null });
    this.gcrq.queueGcodeRequest(width === null ? this.valueOfAngle(gcmd.getFloat("ANGLE")) : this.valueOfWidth(width));
  }
}

export const loadConfigPrefix = (config: ConfigSection): PrinterServo => new PrinterServo(config);
