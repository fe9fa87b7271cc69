/** Buttons that each pull an ADC pin to a resistance of their own; a press counts when it has been stable. */
import type { Printer } from "../heaters/host-types.js";
import { clampAdc } from "../heaters/thermistor.js";
import type { McuAdc } from "../mcu/adc.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { ButtonCallback } from "./mcu-buttons.js";

const REPORT_TIME = 0.015;
const DEBOUNCE_TIME = 0.025;
const SAMPLE_TIME = 0.001;
const SAMPLE_COUNT = 6;

interface AdcButton {
  /** Resistance range in ohm, ends excluded. */
  minValue: number;
  maxValue: number;
  callback: ButtonCallback;
}

export class McuAdcButtons {
  private readonly printer: Printer;
  private readonly pullup: number;
  private readonly buttons: AdcButton[] = [];
  private lastButton: AdcButton | undefined;
  private lastPressed: AdcButton | undefined;
  private stableSince = 0;

  /** @param pullup ohm. */
  constructor(printer: Printer, pin: string, pullup: number) {
    this.printer = printer;
    this.pullup = pullup;
    const adc = printer.lookupObject<PrinterPins>("pins").setupPin<McuAdc>("adc", pin);
    adc.setupMinmax(SAMPLE_TIME, SAMPLE_COUNT);
    adc.setupAdcCallback(REPORT_TIME, (readTime, value) => this.adcCallback(readTime, value));
    printer.lookupObject<{ registerAdc(name: string, adc: McuAdc): void }>("query_adc").registerAdc(`adc_button:${pin.trim()}`, adc);
  }

  setupButton(minValue: number, maxValue: number, callback: ButtonCallback): void {
    this.buttons.push({ minValue, maxValue, callback });
  }

  private adcCallback(readTime: number, value: number): void {
    const fraction = clampAdc(value);
    const ohms = (this.pullup * fraction) / (1 - fraction);
    const button = this.buttons.find((b) => b.minValue < ohms && ohms < b.maxValue);
    if (button !== this.lastButton) this.stableSince = readTime;
    else if (readTime - this.stableSince >= DEBOUNCE_TIME && button !== this.lastPressed) {
      if (this.lastPressed !== undefined) this.report(this.lastPressed, 0);
      if (button !== undefined) this.report(button, 1);
      this.lastPressed = button;
    }
    this.lastButton = button;
  }

  private report(button: AdcButton, state: number): void {
    this.printer.getReactor().registerAsyncCallback((eventTime: number) => button.callback(eventTime, state));
  }
}
