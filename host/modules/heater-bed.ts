/** `[heater_bed]`: the heated bed; M140 sets its target, M190 also waits for it. */
import type { Heater } from "../heaters/heater.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch } from "../heaters/host-types.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";

export class PrinterHeaterBed {
  readonly heater: Heater;
  private readonly heaters: PrinterHeaters;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.heaters = printer.loadObject<PrinterHeaters>(config, "heaters");
    this.heater = this.heaters.setupHeater(config, "B");
    const gcode = printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("M140", (gcmd) => this.cmdM140(gcmd));
    gcode.registerCommand("M190", (gcmd) => this.cmdM190(gcmd));
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return this.heater.getStatus(eventTime);
  }

  stats(eventTime: number): [boolean, string] {
    return this.heater.stats(eventTime);
  }

  cmdM140(gcmd: GCodeCommand, wait = false): Promise<void> {
    return this.heaters.setTemperature(this.heater, gcmd.getFloat("S", { default: 0 }), wait);
  }

  cmdM190(gcmd: GCodeCommand): Promise<void> {
    return this.cmdM140(gcmd, true);
  }
}

export function loadConfig(config: ConfigSection): PrinterHeaterBed {
  return new PrinterHeaterBed(config);
}
