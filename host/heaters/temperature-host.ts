/**
 * Sensor type `temperature_host`: the temperature of the machine that the host runs on. It comes from the start
 * arguments (`hostTemperature(path)`, degrees Celsius); where they have none, as in virtual time, it is constant.
 */
import { formatFixed } from "../motion/format-fixed.js";
import type { TemperatureCallback, TemperatureSensor } from "./adc-to-temperature.js";
import type { Mcu } from "../mcu/mcu.js";
import type { ConfigSection, Printer } from "./host-types.js";

/** Seconds between two readings. */
const REPORT_TIME = 1;
const DEFAULT_PATH = "/sys/class/thermal/thermal_zone0/temp";
/** Reading where there is nothing to read, degrees Celsius. */
const SIMULATED_TEMP = 40;

export class TemperatureHost implements TemperatureSensor {
  readonly printer: Printer;
  readonly name: string;
  readonly path: string;
  temp = 0;
  minTemp = 0;
  maxTemp = 0;
  #callback: TemperatureCallback = () => undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.path = config.get("sensor_path", { default: DEFAULT_PATH });
    this.printer.addObject(`temperature_host ${this.name}`, this);
    if (this.printer.getStartArgs().debugoutput != null) return;
    this.#read(() => config.error(`Unable to open temperature file '${this.path}'`));
    const reactor = this.printer.getReactor();
    const timer = reactor.registerTimer((eventTime) => this.#sample(eventTime));
    this.printer.registerEventHandler("klippy:connect", () => reactor.updateTimer(timer, reactor.NOW));
  }

  setupMinmax(minTemp: number, maxTemp: number): void {
    this.minTemp = minTemp;
    this.maxTemp = maxTemp;
  }

  setupCallback(callback: TemperatureCallback): void {
    this.#callback = callback;
  }

  getReportTimeDelta(): number {
    return REPORT_TIME;
  }

  #read(failure: () => Error): number {
    const read = this.printer.getStartArgs()["hostTemperature"] as ((path: string) => number) | undefined;
    if (read === undefined) return SIMULATED_TEMP;
    try {
      return read(this.path);
    } catch {
      throw failure();
    }
  }

  #sample(eventTime: number): number {
    try {
      this.temp = this.#read(() => new Error(`Cannot read '${this.path}'`));
    } catch (error) {
      this.printer.log("error", "temperature_host: Error reading data", error);
      this.temp = 0;
      return this.printer.getReactor().NEVER;
    }
    const danger = this.printer.lookupObject<{ tempIgnoreLimits?: boolean } | null>("danger_options", null);
    if ((this.temp < this.minTemp || this.temp > this.maxTemp) && danger?.tempIgnoreLimits !== true) {
      const [temp, low, high] = [this.temp, this.minTemp, this.maxTemp].map((celsius) => formatFixed(celsius, 1));
      this.printer.invokeShutdown(`HOST temperature ${temp} outside range of ${low}:${high}`);
    }
    this.#callback(this.printer.lookupObject<Mcu>("mcu").estimatedPrintTime(eventTime), this.temp);
    return eventTime + REPORT_TIME;
  }

  getStatus(_eventTime?: number): { temperature: number } {
    return { temperature: Number(formatFixed(this.temp, 2)) };
  }
}
