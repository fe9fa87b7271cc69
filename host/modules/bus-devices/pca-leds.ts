/**
 * `[pca9533 <name>]` and `[pca9632 <name>]`: led drivers on I2C. The first has four levels per colour (off, a third, two thirds, on), the
 * second a register of 8 bits per channel, whose order `color_order` tells.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { i2cFromConfig, type McuI2c } from "../../mcu/i2c.js";
import type { HostModule } from "../../printer/module-table.js";
import { LedHelper, type LedColor } from "../led-helper.js";

const ADDRESS = 98;
const BACKGROUND_PRIORITY_CLOCK = 0x7fffffff00000000;

abstract class PcaLed {
  readonly ledHelper: LedHelper;
  protected readonly i2c: McuI2c;

  constructor(config: ConfigSection, setUp: () => void) {
    this.i2c = i2cFromConfig(config, ADDRESS);
    setUp();
    this.ledHelper = new LedHelper(config, (ledState, printTime) => this.updateLeds(ledState, printTime), 1);
    config.getPrinter().registerEventHandler("klippy:connect", async () => {
      await this.setUpChip();
      await this.updateLeds(this.ledHelper.ledState, null);
    });
  }

  protected abstract setUpChip(): Promise<void>;
  protected abstract show(color: LedColor, printTime: number | null): Promise<void>;

  async updateLeds(ledState: readonly LedColor[], printTime: number | null): Promise<void> {
    await this.show(ledState[0]!, printTime);
  }

  protected async write(register: number, value: number, printTime: number | null): Promise<void> {
    const minclock = printTime === null ? 0 : this.i2c.getMcu().printTimeToClock(printTime);
    await this.i2c.i2cWrite([register, value], { minclock, reqclock: BACKGROUND_PRIORITY_CLOCK });
  }

  getStatus(eventTime?: number): { color_data: LedColor[] } {
    return this.ledHelper.getStatus(eventTime);
  }
}

/** Register codes of off, dim (PWM 0), brighter (PWM 1), on. */
const LEVELS = [0, 2, 3, 1, 1] as const;
const PWM0 = 0x02;
const PWM1 = 0x04;
const SELECTOR = 0x05;

export class Pca9533 extends PcaLed {
  constructor(config: ConfigSection) {
    super(config, () => undefined);
  }

  protected async setUpChip(): Promise<void> {
    await this.write(PWM0, 85, null);
    await this.write(PWM1, 170, null);
  }

  protected async show(color: LedColor, printTime: number | null): Promise<void> {
    const selector = color.reduce((bits, part, led) => bits | (LEVELS[Math.trunc(part * 4)]! << (2 * led)), 0);
    await this.write(SELECTOR, selector, printTime);
  }
}

const MODE1 = 0x00;
const MODE2 = 0x01;
const FIRST_PWM = 0x02;
const LED_OUT = 0x08;
/** Totem pole outputs, inverted, changing with the acknowledge. */
const MODE2_DRIVER = 0x15;
/** Mode of one output: its own PWM. */
const OUT_PWM = 2;

export class Pca9632 extends PcaLed {
  private readonly written = new Map<number, number>();
  /** Part of the colour (0…3) that each channel shows. */
  private order: readonly number[] = [];

  constructor(config: ConfigSection) {
    let order: number[] = [];
    super(config, () => {
      const letters = config.get("color_order", { default: "RGBW" });
      if ([...letters].sort().join("") !== "BGRW") throw config.error(`Invalid color_order '${letters}'`);
      order = [...letters].map((letter) => "RGBW".indexOf(letter));
    });
    this.order = order;
  }

  protected async setUpChip(): Promise<void> {
    await this.writeChanged(MODE1, 0x00, null);
    await this.writeChanged(MODE2, MODE2_DRIVER, null);
  }

  private async writeChanged(register: number, value: number, printTime: number | null): Promise<void> {
    if (this.written.get(register) === value) return;
    this.written.set(register, value);
    await this.write(register, value, printTime);
  }

  protected async show(color: LedColor, printTime: number | null): Promise<void> {
    let outputs = 0;
    for (const [channel, part] of this.order.entries()) {
      const level = Math.trunc(color[part]! * 255 + 0.5);
      if (level > 0) outputs |= OUT_PWM << (2 * channel);
      await this.writeChanged(FIRST_PWM + channel, level, printTime);
    }
    await this.writeChanged(LED_OUT, outputs, printTime);
  }
}

export const pca9533: HostModule = { loadConfigPrefix: (config: ConfigSection) => new Pca9533(config) };
export const pca9632: HostModule = { loadConfigPrefix: (config: ConfigSection) => new Pca9632(config) };
