/** Sections `[delayed_gcode x]`: a script that runs some seconds after ready or after UPDATE_DELAYED_GCODE. */
import type { ConfigSection } from "../config/config-section.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Timer } from "../reactor/reactor.js";
import type { GCodeDispatch } from "./dispatch.js";
import type { GCodeCommand } from "./gcode-command.js";
import type { PrinterGCodeMacro, Template } from "./gcode-macro.js";

export class DelayedGcode {
  readonly name: string;
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  readonly timerGcode: Template;
  /** Seconds; 0: not scheduled. */
  duration: number;
  timerHandler: Timer | undefined;
  insideTimer = false;
  repeat = false;

  constructor(config: ConfigSection) {
    const words = config.getName().split(/\s+/);
    if (words.length > 2) throw config.error(`Name of section '${config.getName()}' contains illegal whitespace`);
    this.name = words[1]!;
    this.printer = config.getPrinter();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    const macros = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro");
    const desc = config.get("description", { default: "Update the duration of a delayed_gcode" });
    this.timerGcode = macros.loadTemplate(config, "gcode");
    this.duration = config.getFloat("initial_duration", { default: 0, minval: 0 });
    this.printer.registerEventHandler("klippy:ready", () => {
      const reactor = this.printer.getReactor();
      this.timerHandler = reactor.registerTimer((eventTime) => this.#run(eventTime), this.#waketime());
    });
    this.gcode.registerMuxCommand("UPDATE_DELAYED_GCODE", "ID", this.name, (gcmd) => this.#update(gcmd), { desc });
  }

  #waketime(): number {
    const reactor = this.printer.getReactor();
    return this.duration > 0 ? reactor.monotonic() + this.duration : reactor.NEVER;
  }

  async #run(eventTime: number): Promise<number> {
    this.insideTimer = true;
    try {
      await this.gcode.runScript(this.timerGcode.render());
    } catch (error) {
      this.printer.log("error", "Script running error", error);
    }
    const waketime = this.repeat ? eventTime + this.duration : this.printer.getReactor().NEVER;
    this.insideTimer = this.repeat = false;
    return waketime;
  }

  #update(gcmd: GCodeCommand): void {
    this.duration = gcmd.getFloat("DURATION", { minval: 0 });
    if (this.insideTimer) this.repeat = this.duration !== 0;
    else if (this.timerHandler !== undefined) this.printer.getReactor().updateTimer(this.timerHandler, this.#waketime());
  }
}
