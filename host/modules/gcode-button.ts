/** `[gcode_button <name>]`: runs g-code when a pin, or a range of resistances (ohm) on an ADC pin, is pressed or released. */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { PrinterGCodeMacro, Template } from "../gcode/gcode-macro.js";
import type { Printer } from "../printer/printer-surface.js";
import type { PrinterButtons } from "./buttons.js";

export class GCodeButton {
  readonly printer: Printer;
  readonly name: string;
  readonly pin: string;
  lastState = 0;
  readonly pressTemplate: Template;
  readonly releaseTemplate: Template;
  private readonly gcode: GCodeDispatch;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.name = config.getName().split(" ").at(-1)!;
    this.pin = config.get("pin");
    const buttons = this.printer.loadObject<PrinterButtons>(config, "buttons");
    const onChange = (eventTime: number, state: number): Promise<void> => this.change(eventTime, state);
    if (config.get("analog_range", { default: null }) === null) {
      buttons.registerDebounceButton(this.pin, onChange, config);
    } else {
      const [lowest, highest] = config.getFloatList("analog_range", { count: 2 }) as [number, number];
      const pullup = config.getFloat("analog_pullup_resistor", { default: 4700, above: 0 });
      buttons.registerDebounceAdcButton(this.pin, lowest, highest, pullup, onChange, config);
    }
    const macros = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro");
    this.pressTemplate = macros.loadTemplate(config, "press_gcode");
    this.releaseTemplate = macros.loadTemplate(config, "release_gcode", "");
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerMuxCommand("QUERY_BUTTON", "BUTTON", this.name, (gcmd) => gcmd.respondInfo(`${this.name}: ${this.getStatus().state}`), {
      desc: "Report on the state of a button",
    });
  }

  private async change(_eventTime: number, state: number): Promise<void> {
    this.lastState = state;
    try {
      await this.gcode.runScript((state ? this.pressTemplate : this.releaseTemplate).render());
    } catch (error) {
      this.printer.log("error", "Script running error", error);
    }
  }

  getStatus(_eventTime?: number): { state: "PRESSED" | "RELEASED" } {
    return { state: this.lastState ? "PRESSED" : "RELEASED" };
  }
}

export function loadConfigPrefix(config: ConfigSection): GCodeButton {
  return new GCodeButton(config);
}
