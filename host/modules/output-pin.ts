/** `[output_pin <name>]`: a digital or PWM pin; SET_PIN changes it in step with the moves. */
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import type { McuDigitalOut } from "../mcu/digital-out.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { McuPwm } from "../mcu/pwm.js";
import type { RequestOutcome } from "./gcode-request-queue.js";
import { GCodeRequestQueue } from "./gcode-request-queue.js";
import { valueHolder, templateTimer, type TemplateHolder, type TemplateTimer } from "./template-timer.js";

/** Longest PWM cycle, s. */
const MAX_SCHEDULE_TIME = 5;

export class PrinterOutputPin {
  readonly gcrq: GCodeRequestQueue;
  private readonly scale: number;
  private readonly isPwm: boolean;
  private readonly apply: (printTime: number, value: number) => void;
  private readonly templates: TemplateTimer;
  private readonly holder: TemplateHolder;
  private lastValue: number;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    const pins = printer.lookupObject<PrinterPins>("pins");
    this.isPwm = config.getBoolean("pwm", { default: false });
    let pin: McuPwm | McuDigitalOut;
    if (this.isPwm) {
      const pwm = pins.setupPin<McuPwm>("pwm", config.get("pin"));
      const cycleTime = config.getFloat("cycle_time", { default: 0.1, above: 0, maxval: MAX_SCHEDULE_TIME });
      pwm.setupCycleTime(cycleTime, config.getBoolean("hardware_pwm", { default: false }));
      this.scale = config.getFloat("scale", { default: 1, above: 0 });
      this.apply = (printTime, value) => pwm.setPwm(printTime, value);
      pin = pwm;
    } else {
      const digital = pins.setupPin<McuDigitalOut>("digital_out", config.get("pin"));
      this.scale = 1;
      this.apply = (printTime, value) => digital.setDigital(printTime, value);
      pin = digital;
    }
    pin.setupMaxDuration(0);
    this.lastValue = config.getFloat("value", { default: 0, minval: 0, maxval: this.scale }) / this.scale;
    const shutdownValue = config.getFloat("shutdown_value", { default: 0, minval: 0, maxval: this.scale }) / this.scale;
    pin.setupStartValue(this.lastValue, shutdownValue);
    this.gcrq = new GCodeRequestQueue(config, pin.getMcu(), (printTime, value) => this.setPin(printTime, value));
    this.templates = templateTimer(config, "pins");
    // As in Kalico, what a template gives is neither scaled nor limited.
    this.holder = valueHolder(printer, "output_pin", (value) => this.gcrq.sendAsyncRequest(value));
    this.registerCommands(printer, config.getName().split(/\s+/)[1]!);
  }

  private registerCommands(printer: Printer, pinName: string): void {
    const gcode = printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerMuxCommand("SET_PIN", "PIN", pinName, (gcmd) => this.cmdSetPin(gcmd), { desc: "Set the value of an output pin" });
  }

  getStatus(_eventTime: number): { value: number } {
    return { value: this.lastValue };
  }

  private setPin(printTime: number, value: number): RequestOutcome {
    if (value === this.lastValue) return ["discard", 0];
    this.lastValue = value;
    this.apply(printTime, value);
  }

  private cmdSetPin(gcmd: GCodeCommand): void {
    const value = gcmd.getFloat("VALUE", { default: null, minval: 0, maxval: this.scale });
    const template = gcmd.get("TEMPLATE", { default: null });
    if ((value === null) === (template === null)) throw gcmd.error("SET_PIN command must specify VALUE or TEMPLATE");
    if (value === null) {
      this.templates.assign(gcmd, [this.holder]);
      return;
    }
    const fraction = value / this.scale;
    if (!this.isPwm && fraction !== 0 && fraction !== 1) throw gcmd.error("Invalid pin value");
    this.gcrq.queueGcodeRequest(fraction);
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterOutputPin {
  return new PrinterOutputPin(config);
}
