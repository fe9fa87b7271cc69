/** `[multi_pin <name>]`: several pins behind one, `multi_pin:<name>`, that are all set together. */
import type { ConfigSection } from "../config/config-section.js";
import type { Mcu } from "../mcu/mcu.js";
import { PinError } from "../errors.js";
import type { PinChip, PinParams, PinType, PrinterPins } from "../mcu/pins.js";
import type { Printer } from "../printer/printer-surface.js";

/** An output of any type; what its type lacks is not called. */
interface OutputPin {
  getMcu(): Mcu;
  setupMaxDuration(maxDurationSeconds: number): void;
  setupStartValue(startValue: number, shutdownValue: number): void;
  setupCycleTime(cycleSeconds: number, hardwarePwm: boolean): void;
  setDigital(printTime: number, value: boolean | number): void;
  setPwm(printTime: number, value: number): void;
}

/** The chip to which the pins belong, one for all sections. */
class MultiPinChip implements PinChip {
  private readonly printer: Printer;

  constructor(printer: Printer) {
    this.printer = printer;
  }

  setupPin(pinType: PinType, pinParams: PinParams): PrinterMultiPin {
    const pin = this.printer.lookupObject<PrinterMultiPin | null>(`multi_pin ${pinParams.pin}`, null);
    if (pin === null) throw new PinError(`multi_pin ${pinParams.pin} not configured`);
    pin.setup(pinType, pinParams);
    return pin;
  }
}

export class PrinterMultiPin {
  private readonly pins: PrinterPins;
  private readonly pinList: readonly string[];
  private mcuPins: OutputPin[] = [];

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.pins = printer.lookupObject<PrinterPins>("pins");
    try {
      this.pins.registerChip("multi_pin", new MultiPinChip(printer));
    } catch (error) {
      // Another section was first.
      if (!(error instanceof PinError)) throw error;
    }
    this.pinList = config.getList("pins");
  }

  /** Makes the pins for their one user. @throws PinError */
  setup(pinType: PinType, { pin, invert }: PinParams): void {
    if (this.mcuPins.length > 0) throw new PinError(`Can't setup multi_pin ${pin} twice`);
    this.mcuPins = this.pinList.map((desc) => this.pins.setupPin(pinType, `${invert ? "!" : ""}${desc}`));
  }

  getMcu(): Mcu {
    return this.mcuPins[0]!.getMcu();
  }

  setupMaxDuration(maxDurationSeconds: number): void {
    for (const pin of this.mcuPins) pin.setupMaxDuration(maxDurationSeconds);
  }

  setupStartValue(startValue: number, shutdownValue: number): void {
    for (const pin of this.mcuPins) pin.setupStartValue(startValue, shutdownValue);
  }

  setupCycleTime(cycleSeconds: number, hardwarePwm = false): void {
    for (const pin of this.mcuPins) pin.setupCycleTime(cycleSeconds, hardwarePwm);
  }

  setDigital(printTime: number, value: boolean | number): void {
    for (const pin of this.mcuPins) pin.setDigital(printTime, value);
  }

  setPwm(printTime: number, value: number): void {
    for (const pin of this.mcuPins) pin.setPwm(printTime, value);
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterMultiPin {
  return new PrinterMultiPin(config);
}
