/** `[heater_fan <name>]`: a fan that runs while one of its heaters is on or hot. */
import type { Heater } from "../heaters/heater.js";
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import { Fan } from "./fan-drive.js";
import { PIN_MIN_TIME } from "./gcode-request-queue.js";

const CHECK_INTERVAL = 1;

export class PrinterHeaterFan {
  readonly fan: Fan;
  private readonly printer: Printer;
  private readonly heaterNames: string[];
  private readonly heaterTemp: number;
  private readonly fanSpeed: number;
  private heaters: Heater[] = [];
  private lastSpeed = 0;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.loadObject(config, "heaters");
    this.printer.registerEventHandler("klippy:ready", () => this.handleReady());
    this.heaterNames = config.getList("heater", { default: ["extruder"] });
    this.heaterTemp = config.getFloat("heater_temp", { default: 50 });
    this.fan = new Fan(config, 1);
    this.fanSpeed = config.getFloat("fan_speed", { default: 1, minval: 0, maxval: 1 });
  }

  private handleReady(): void {
    const heaters = this.printer.lookupObject<PrinterHeaters>("heaters");
    this.heaters = this.heaterNames.map((name) => heaters.lookupHeater(name));
    const reactor = this.printer.getReactor();
    reactor.registerTimer((eventTime) => this.check(eventTime), reactor.monotonic() + PIN_MIN_TIME);
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return this.fan.getStatus(eventTime);
  }

  private check(eventTime: number): number {
    const isNeeded = this.heaters.some((heater) => {
      const [temp, target] = heater.getTemp(eventTime);
      return target !== 0 || temp > this.heaterTemp;
    });
    const speed = isNeeded ? this.fanSpeed : 0;
    if (speed !== this.lastSpeed) {
      this.lastSpeed = speed;
      this.fan.setSpeed(speed);
    }
    return eventTime + CHECK_INTERVAL;
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterHeaterFan {
  return new PrinterHeaterFan(config);
}
