/** `[buttons]`: registers buttons of all kinds for other modules; pins of one MCU share button objects. */
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PinParams, PrinterPins } from "../mcu/pins.js";
import { McuAdcButtons } from "./adc-buttons.js";
import type { ButtonCallback } from "./mcu-buttons.js";
import { MAX_BUTTONS, McuButtons } from "./mcu-buttons.js";
import { RotaryEncoder } from "./rotary-encoder.js";

const onPress = (callback: (eventTime: number) => void | Promise<void>): ButtonCallback =>
  (eventTime, state) => (state !== 0 ? callback(eventTime) : undefined);

/** Passes a change on once it has lasted debounce_delay; the time reported is that of the change. */
export class DebounceButton {
  private readonly printer: Printer;
  private readonly action: ButtonCallback;
  private readonly debounceDelay: number;
  private logicalState: number | undefined;
  private physicalState: number | undefined;
  private latestEventTime = 0;

  constructor(config: ConfigSection, action: ButtonCallback) {
    this.printer = config.getPrinter();
    this.action = action;
    this.debounceDelay = config.getFloat("debounce_delay", { default: 0, minval: 0 });
  }

  buttonHandler(eventTime: number, state: number): void {
    this.physicalState = state;
    this.latestEventTime = eventTime;
    if (this.logicalState === state) return;
    this.printer.getReactor().registerCallback((now: number) => this.debounceEvent(now), eventTime + this.debounceDelay);
  }

  private debounceEvent(eventTime: number): void | Promise<void> {
    if (this.logicalState === this.physicalState) return;
    if (eventTime - this.debounceDelay < this.latestEventTime) return;
    this.logicalState = this.physicalState;
    return this.action(this.latestEventTime, this.logicalState!);
  }
}

export class PrinterButtons {
  private readonly printer: Printer;
  private readonly mcuButtons = new Map<string, McuButtons>();
  private readonly adcButtons = new Map<string, McuAdcButtons>();

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.loadObject(config, "query_adc");
  }

  /** Watch pins of one MCU together. @throws PinError when they are on several. */
  registerButtons(pins: readonly string[], callback: ButtonCallback): void {
    const printerPins = this.printer.lookupObject<PrinterPins>("pins");
    const params: PinParams[] = [];
    for (const pin of pins) {
      const pinParams = printerPins.lookupPin(pin, { canInvert: true, canPullup: true });
      if (params.length > 0 && pinParams.chip !== params[0]!.chip) throw new printerPins.error("button pins must be on same mcu");
      params.push(pinParams);
    }
    const { chip, chipName } = params[0]!;
    let buttons = this.mcuButtons.get(chipName);
    if (buttons === undefined || buttons.pinList.length + params.length > MAX_BUTTONS) {
      buttons = new McuButtons(this.printer.getReactor(), chip as Mcu);
      this.mcuButtons.set(chipName, buttons);
    }
    buttons.setupButtons(params, callback);
  }

  registerButtonPush(pin: string, callback: (eventTime: number) => void | Promise<void>): void {
    this.registerButtons([pin], onPress(callback));
  }

  registerDebounceButton(pin: string, callback: ButtonCallback, config: ConfigSection): void {
    const debounce = new DebounceButton(config, callback);
    this.registerButtons([pin], (eventTime, state) => debounce.buttonHandler(eventTime, state));
  }

  /** Watch a range of resistances (ohm) on an ADC pin with a pull-up (ohm). */
  registerAdcButton(pin: string, minVal: number, maxVal: number, pullup: number, callback: ButtonCallback): void {
    let buttons = this.adcButtons.get(pin);
    if (buttons === undefined) {
      buttons = new McuAdcButtons(this.printer, pin, pullup);
      this.adcButtons.set(pin, buttons);
    }
    buttons.setupButton(minVal, maxVal, callback);
  }

  registerAdcButtonPush(
    pin: string, minVal: number, maxVal: number, pullup: number, callback: (eventTime: number) => void | Promise<void>,
  ): void {
    this.registerAdcButton(pin, minVal, maxVal, pullup, onPress(callback));
  }

  registerDebounceAdcButton(
    pin: string, minVal: number, maxVal: number, pullup: number, callback: ButtonCallback, config: ConfigSection,
  ): void {
    const debounce = new DebounceButton(config, callback);
    this.registerAdcButton(pin, minVal, maxVal, pullup, (eventTime, state) => debounce.buttonHandler(eventTime, state));
  }

  registerRotaryEncoder(
    pin1: string, pin2: string, cwCallback: (eventTime: number) => void, ccwCallback: (eventTime: number) => void, stepsPerDetent: number,
  ): void {
    if (stepsPerDetent !== 2 && stepsPerDetent !== 4) {
      throw this.printer.configError(`${stepsPerDetent} steps per detent not supported`);
    }
    const encoder = new RotaryEncoder(stepsPerDetent, cwCallback, ccwCallback);
    this.registerButtons([pin1, pin2], (eventTime, state) => encoder.encoderCallback(eventTime, state));
  }
}

export function loadConfig(config: ConfigSection): PrinterButtons {
  return new PrinterButtons(config);
}
