/** `[dotstar <name>]`: a chain of APA102 leds on two wires, which is SPI without chip select: start frame, a frame per led, end frame. */
import type { ConfigSection } from "../../config/config-section.js";
import { PinError } from "../../errors.js";
import type { Mcu } from "../../mcu/mcu.js";
import { McuSpi } from "../../mcu/spi.js";
import type { PrinterPins } from "../../mcu/pins.js";
import { LedHelper, type LedColor } from "../led-helper.js";

const SPEED = 500000;
/** Bytes of one command. */
const PIECE = 20;
/** As soon as the line is free, before nothing else. */
const BACKGROUND_PRIORITY_CLOCK = 0x7fffffff00000000;

export class PrinterDotstar {
  readonly ledHelper: LedHelper;
  private readonly spi: McuSpi;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    const pins = printer.lookupObject<PrinterPins>("pins");
    const data = pins.lookupPin(config.get("data_pin"));
    const clock = pins.lookupPin(config.get("clock_pin"));
    if (data.chip !== clock.chip) throw new PinError("Dotstar pins must be on same mcu");
    // Nothing is read back: the data line stands in for the input as well.
    this.spi = new McuSpi(data.chip as Mcu, { bus: null, pin: null, mode: 0, speed: SPEED, softwarePins: [data.pin, data.pin, clock.pin] });
    const chainCount = config.getInt("chain_count", { default: 1, minval: 1 });
    this.ledHelper = new LedHelper(config, (ledState, printTime) => this.updateLeds(ledState, printTime), chainCount);
    printer.registerEventHandler("klippy:connect", () => this.updateLeds(this.ledHelper.ledState, null));
  }

  updateLeds(ledState: readonly LedColor[], printTime: number | null): void {
    const level = (part: number): number => Math.trunc(part * 255 + 0.5);
    const leds = ledState.flatMap(([red, green, blue]) => [0xff, level(blue), level(green), level(red)]);
    const bytes = [0, 0, 0, 0, ...leds, 0xff, 0xff, 0xff, 0xff];
    const minclock = printTime === null ? 0 : this.spi.getMcu().printTimeToClock(printTime);
    for (let start = 0; start < bytes.length; start += PIECE) {
      this.spi.spiSend(bytes.slice(start, start + PIECE), { minclock, reqclock: BACKGROUND_PRIORITY_CLOCK });
    }
  }

  getStatus(eventTime?: number): { color_data: LedColor[] } {
    return this.ledHelper.getStatus(eventTime);
  }
}

export const loadConfigPrefix = (config: ConfigSection): PrinterDotstar => new PrinterDotstar(config);
