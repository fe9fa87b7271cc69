/** `[led <name>]`: one led whose colours are PWM pins. */
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { McuPwm } from "../mcu/pwm.js";
import { PIN_MIN_TIME } from "./gcode-request-queue.js";
import { LedHelper, type LedColor } from "./led-helper.js";

/** Longest PWM cycle, s. */
const MAX_SCHEDULE_TIME = 5;
const COLORS = ["red", "green", "blue", "white"] as const;

export class PrinterPwmLed {
  readonly printer: Printer;
  readonly ledHelper: LedHelper;
  private readonly pins: { part: number; pin: McuPwm }[] = [];
  private lastPrintTime = 0;
  private shown: LedColor;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    const printerPins = this.printer.lookupObject<PrinterPins>("pins");
    const cycleTime = config.getFloat("cycle_time", { default: 0.01, above: 0, maxval: MAX_SCHEDULE_TIME });
    const hardwarePwm = config.getBoolean("hardware_pwm", { default: false });
    for (const [part, color] of COLORS.entries()) {
      const description = config.get(`${color}_pin`, { default: null });
      if (description === null) continue;
      const pin = printerPins.setupPin<McuPwm>("pwm", description);
      pin.setupMaxDuration(0);
      pin.setupCycleTime(cycleTime, hardwarePwm);
      this.pins.push({ part, pin });
    }
    if (this.pins.length === 0) throw config.error(`No LED pin definitions found in '${config.getName()}'`);
    this.ledHelper = new LedHelper(config, (ledState, printTime) => this.updateLeds(ledState, printTime));
    this.shown = this.ledHelper.ledState[0]!;
    for (const { part, pin } of this.pins) pin.setupStartValue(this.shown[part]!, 0);
  }

  /** Sets the pins whose part of the colour has changed, at least PIN_MIN_TIME after the last change. */
  updateLeds(ledState: readonly LedColor[], printTime: number | null): void {
    const color = ledState[0]!;
    const now = this.printer.getReactor().monotonic();
    const wanted = printTime ?? (this.pins[0]!.pin.getMcu() as Mcu).estimatedPrintTime(now) + PIN_MIN_TIME;
    const time = Math.max(wanted, this.lastPrintTime + PIN_MIN_TIME);
    for (const { part, pin } of this.pins) {
      if (color[part] === this.shown[part]) continue;
      pin.setPwm(time, color[part]!);
      this.lastPrintTime = time;
    }
    this.shown = color;
  }

  getStatus(eventTime?: number): { color_data: LedColor[] } {
    return this.ledHelper.getStatus(eventTime);
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterPwmLed {
  return new PrinterPwmLed(config);
}
