/**
 * What all kinds of leds have in common: the colours of a chain, its initial colour, SET_LED and SET_LED_TEMPLATE. A
 * colour is [red, green, blue, white], each 0…1. Changes are collected in `ledState`; `checkTransmit` hands the whole chain to
 * the led's driver, one transmission at a time. A template that is assigned to a led gives it its colour every half second; SET_LED holds until then.
 */
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import { CommandError } from "../errors.js";
import type { Mutex } from "../reactor/mutex.js";
import { pyFloat } from "../config/python-text.js";
import { templateTimer, type TemplateHolder, type TemplateTimer } from "./template-timer.js";

/** Red, green, blue, white: 0…1. */
export type LedColor = readonly [red: number, green: number, blue: number, white: number];

/** Shows the colours, at a print time (s) or as soon as possible. */
export type UpdateLeds = (ledState: readonly LedColor[], printTime: number | null) => void | Promise<void>;

interface LedToolhead {
  registerLookaheadCallback(callback: (printTime: number) => void): void;
}

/** As Kalico limits: what is not a number counts as full. */
const limited = (part: number): number => (Number.isNaN(part) ? 1 : Math.max(0, Math.min(1, part)));

const sameColor = (a: LedColor, b: LedColor): boolean => a.every((part, i) => part === b[i]);

export class LedHelper {
  readonly printer: Printer;
  readonly ledCount: number;
  /** Colour of each led of the chain. */
  ledState: LedColor[];
  /** The chain does not show `ledState` yet. */
  needTransmit = false;
  private readonly mutex: Mutex;
  private readonly updateFunc: UpdateLeds;
  private readonly templates: TemplateTimer;
  private readonly holders: readonly TemplateHolder[];

  constructor(config: ConfigSection, updateFunc: UpdateLeds, ledCount = 1) {
    this.printer = config.getPrinter();
    this.mutex = this.printer.getReactor().mutex();
    this.updateFunc = updateFunc;
    this.ledCount = ledCount;
    const initial = ["RED", "GREEN", "BLUE", "WHITE"].map((color) => config.getFloat(`initial_${color}`, { default: 0, minval: 0, maxval: 1 }));
    this.ledState = Array.from({ length: ledCount }, () => [...initial] as unknown as LedColor);
    this.templates = templateTimer(config, "leds");
    const shown = (): void => this.checkTransmit();
    this.holders = this.ledState.map((_, i) => ({ take: (text) => this.setColor(i + 1, this.colorOf(text)), shown }));
    const name = config.getName().split(/\s+/).at(-1)!;
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerMuxCommand("SET_LED", "LED", name, (gcmd) => this.cmdSetLed(gcmd), { desc: "Set the color of an LED" });
    gcode.registerMuxCommand("SET_LED_TEMPLATE", "LED", name, (gcmd) => this.cmdSetLedTemplate(gcmd), {
      desc: "Assign a display_template to an LED",
    });
  }

  getStatus(_eventTime?: number): { color_data: LedColor[] } {
    return { color_data: this.ledState };
  }

  /** Gives one led (counted from 1; 0: the last one) or, with null, all of them a colour. */
  setColor(index: number | null, color: LedColor): void {
    const place = index === 0 ? this.ledCount - 1 : (index ?? 0) - 1;
    const changed = this.ledState.map((old, i) => (index === null || i === place ? color : old));
    if (changed.every((next, i) => sameColor(next, this.ledState[i]!))) return;
    this.ledState = changed;
    this.needTransmit = true;
  }

  /** Has the chain show its colours, if it does not yet. The driver may wait; this does not. */
  checkTransmit(printTime: number | null = null): void {
    if (!this.needTransmit) return;
    this.needTransmit = false;
    const shown = this.ledState;
    this.printer.getReactor().registerCallback(() => this.transmit(shown, printTime));
  }

  private async transmit(shown: readonly LedColor[], printTime: number | null): Promise<void> {
    try {
      await this.mutex.withLock(async () => { await this.updateFunc(shown, printTime); });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.printer.log("error", "led update transmit error", error);
    }
  }

  private cmdSetLed(gcmd: GCodeCommand): void {
    const color = ["RED", "GREEN", "BLUE", "WHITE"].map((name) => gcmd.getFloat(name, { default: 0, minval: 0, maxval: 1 })) as unknown as LedColor;
    const index = gcmd.getInt("INDEX", { default: null, minval: 1, maxval: this.ledCount });
    const transmits = gcmd.getInt("TRANSMIT", { default: 1 }) !== 0;
    const inStep = gcmd.getInt("SYNC", { default: 1 }) !== 0;
    const set = (printTime: number | null): void => {
      this.setColor(index, color);
      if (transmits) this.checkTransmit(printTime);
    };
    if (inStep) this.printer.lookupObject<LedToolhead>("toolhead").registerLookaheadCallback(set);
    else set(null);
  }

  private cmdSetLedTemplate(gcmd: GCodeCommand): void {
    const index = gcmd.getInt("INDEX", { default: null, minval: 1, maxval: this.ledCount });
    this.templates.assign(gcmd, index === null ? this.holders : [this.holders[index - 1]!]);
  }

  /** The colour that a template's text names, each part limited to 0…1 and 0 where it is missing; dark, and logged, where it names none. */
  private colorOf(text: string): LedColor {
    try {
      const [red = 0, green = 0, blue = 0, white = 0] = text.split(",").map((part) => limited(pyFloat(part)));
      return [red, green, blue, white];
    } catch (error) {
      this.printer.log("error", "led template render error", error);
      return [0, 0, 0, 0];
    }
  }
}
