/**
 * `[display]`: a chip, and the group of items that it shows, drawn anew every half second. Pressing `kill_pin` is an emergency stop. The menu is
 * simplified: its configuration and buttons are read, and it does not open.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { CommandError } from "../../errors.js";
import type { GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import type { Timer } from "../../reactor/reactor.js";
import type { PrinterButtons } from "../buttons.js";
import { LCD_CHIPS, type LcdChip } from "./chips.js";
import { screenContents, type ScreenContents } from "./contents.js";

/** Groups that every printer has. */
const DEFAULT_GROUPS = { wide: "_default_20x4", narrow: "_default_16x4" } as const;
const MENU_BUTTONS = ["click_pin", "back_pin", "up_pin", "down_pin", "kill_pin"] as const;

/** The buttons and menus of the first display; no menu is ever shown. */
export class SimplifiedMenu {
  private readonly rows: number;
  private readonly columns: number;
  private readonly timeout: number;

  constructor(config: ConfigSection, chip: LcdChip) {
    [this.columns, this.rows] = chip.getDimensions();
    const printer = config.getPrinter();
    config.get("menu_root", { default: "__main" });
    this.timeout = config.getInt("menu_timeout", { default: 0 });
    config.getBoolean("menu_reverse_navigation", { default: false });
    printer.loadObject(config, "gcode_macro");
    // A menu lists files, so that a printer with a display needs a place for them.
    printer.loadObject(config, "virtual_sdcard", null);
    printer.addObject("menu", this);
    this.readButtons(config, printer);
    for (const section of config.getPrefixSections("menu ")) for (const option of section.getPrefixOptions("")) section.get(option);
  }

  private readButtons(config: ConfigSection, printer: Printer): void {
    const buttons = printer.loadObject<PrinterButtons>(config, "buttons");
    const ignored = (): void => undefined;
    const encoder = config.getList("encoder_pins", { default: null }) as string[] | null;
    if (encoder !== null) {
      if (encoder.length !== 2) throw config.error(`Unable to parse encoder_pins`);
      buttons.registerRotaryEncoder(encoder[0]!, encoder[1]!, ignored, ignored, config.getChoice("encoder_steps_per_detent", new Map([[2, 2], [4, 4]]), { default: 4 }));
    }
    const pullup = config.getFloat("analog_pullup_resistor", { default: 4700, above: 0 });
    for (const option of MENU_BUTTONS) {
      const pin = config.get(option, { default: null });
      if (pin === null) continue;
      const pressed = option === "kill_pin" ? () => printer.invokeShutdown("Shutdown due to kill button!") : ignored;
      const range = config.getFloatList(`analog_range_${option}`, { default: null, count: 2 }) as number[] | null;
      if (range === null) buttons.registerButtonPush(pin, pressed);
      else buttons.registerAdcButtonPush(pin, range[0]!, range[1]!, pullup, pressed);
    }
  }

  getStatus(_eventTime?: number): Record<string, unknown> {
    return { timeout: this.timeout, running: false, rows: this.rows, cols: this.columns };
  }
}

/** Time between two drawings, s. */
const REDRAW_INTERVAL = 0.5;

export class PrinterDisplay {
  private readonly printer: Printer;
  private readonly chip: LcdChip;
  private readonly contents: ScreenContents;
  /** The group that is shown. */
  showDataGroup: string;
  /** The chip is initialised. */
  private awake = false;
  private timer: Timer | undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.chip = config.getChoice("lcd_type", LCD_CHIPS)(config);
    const name = config.getName();
    if (name === "display") void new SimplifiedMenu(config, this.chip);
    this.printer.loadObject(config, "display_status");
    this.contents = screenContents(config);
    const standard = this.chip.getDimensions()[0] === 16 ? DEFAULT_GROUPS.narrow : DEFAULT_GROUPS.wide;
    this.showDataGroup = config.get("display_group", { default: standard });
    if (!this.contents.has(this.showDataGroup)) throw config.error(`Unknown display_data group '${this.showDataGroup}'`);
    this.printer.registerEventHandler("klippy:ready", () => {
      this.printer.getReactor().registerCallback(() => this.wake());
    });
    this.printer.registerEventHandler(this.chip.getMcu().getNonCriticalReconnectEventName(), () => this.wake());
    this.registerCommand(name, name === "display");
  }

  /** Wakes the chip and draws from then on; a chip that is away is woken when it is back. */
  private async wake(): Promise<void> {
    const reactor = this.printer.getReactor();
    this.awake = false;
    if (this.chip.getMcu().nonCriticalDisconnected) return;
    await this.chip.init();
    this.chip.frame.forget();
    this.awake = true;
    this.timer ??= reactor.registerTimer((eventTime) => this.redraw(eventTime), reactor.NOW);
  }

  private registerCommand(name: string, isMain: boolean): void {
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    const handler = (gcmd: GCodeCommand): void => this.cmdSetDisplayGroup(gcmd);
    for (const value of isMain ? [name, null] : [name]) {
      gcode.registerMuxCommand("SET_DISPLAY_GROUP", "DISPLAY", value, handler, { desc: "Set the active display group" });
    }
  }

  getDimensions(): [columns: number, rows: number] {
    return this.chip.getDimensions();
  }

  private redraw(eventTime: number): number {
    if (!this.awake || this.chip.getMcu().nonCriticalDisconnected) return eventTime + REDRAW_INTERVAL;
    try {
      this.contents.draw(this.showDataGroup, this.chip.frame, eventTime);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.printer.log("error", "Error during display screen update", error);
    }
    this.chip.flush();
    return eventTime + REDRAW_INTERVAL;
  }

  private cmdSetDisplayGroup(gcmd: GCodeCommand): void {
    const group = gcmd.get("GROUP");
    if (!this.contents.has(group)) throw gcmd.error(`Unknown display_data group '${group}'`);
    this.showDataGroup = group;
  }
}

export const loadConfig = (config: ConfigSection): PrinterDisplay => new PrinterDisplay(config);
export const loadConfigPrefix = loadConfig;
