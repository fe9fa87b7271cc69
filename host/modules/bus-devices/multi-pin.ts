/**
 * `[multi_pin <name>]`: one name for several output pins. Whoever sets up `multi_pin:name` gets this object and with it all
 * the pins; it answers like a pin of the first one's micro-controller.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { PinError } from "../../errors.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { PinChip, PinParams, PinType, PrinterPins } from "../../mcu/pins.js";

/** What output pins of any kind take. */
interface OutputPin {
  getMcu(): Mcu;
  setupMaxDuration(seconds: number): void;
  setupStartValue(start: number, shutdown: number): void;
  setupCycleTime(seconds: number, hardwarePwm?: boolean): void;
  setDigital(printTime: number, value: number): void;
  setPwm(printTime: number, value: number): void;
}

/** The chip `multi_pin`: finds the section of a pin. */
class MultiPinChip implements PinChip {
  readonly known = new Map<string, PrinterMultiPin>();

  setupPin(pinType: PinType, params: PinParams): unknown {
    const pin = this.known.get(params.pin);
    if (pin === undefined) throw new PinError(`multi_pin ${params.pin} not configured`);
    return pin.setupPin(pinType, params);
  }
}

const chips = new WeakMap<PrinterPins, MultiPinChip>();

function chipOf(pins: PrinterPins): MultiPinChip {
  let chip = chips.get(pins);
  if (chip === undefined) {
    chip = new MultiPinChip();
    pins.registerChip("multi_pin", chip);
    chips.set(pins, chip);
  }
  return chip;
}

export class PrinterMultiPin implements OutputPin {
  private readonly pins: PrinterPins;
  private readonly descriptions: readonly string[];
  private members: OutputPin[] | undefined;

  constructor(config: ConfigSection) {
    this.pins = config.getPrinter().lookupObject<PrinterPins>("pins");
    this.descriptions = config.getList("pins");
    chipOf(this.pins).known.set(config.getName().split(/\s+/)[1]!, this);
  }

  setupPin(pinType: PinType, params: PinParams): this {
    if (this.members !== undefined) throw new PinError(`Can't setup multi_pin ${params.pin} twice`);
    const negate = params.invert !== 0 ? "!" : "";
    this.members = this.descriptions.map((description) => this.pins.setupPin<OutputPin>(pinType, negate + description));
    return this;
  }

  getMcu(): Mcu {
    return this.members![0]!.getMcu();
  }

  setupMaxDuration(seconds: number): void {
    for (const pin of this.members!) pin.setupMaxDuration(seconds);
  }

  setupStartValue(start: number, shutdown: number): void {
    for (const pin of this.members!) pin.setupStartValue(start, shutdown);
  }

  setupCycleTime(seconds: number, hardwarePwm = false): void {
    for (const pin of this.members!) pin.setupCycleTime(seconds, hardwarePwm);
  }

  setDigital(printTime: number, value: number): void {
    for (const pin of this.members!) pin.setDigital(printTime, value);
  }

  setPwm(printTime: number, value: number): void {
    for (const pin of this.members!) pin.setPwm(printTime, value);
  }
}

export const loadConfigPrefix = (config: ConfigSection): PrinterMultiPin => new PrinterMultiPin(config);
