/**
 * Sensor type `temperature_combined`: least, greatest or mean of what other objects report as `temperature`. Readings that part
 * further than `maximum_deviation`, and a result outside the limits, shut the printer down. Degrees Celsius.
 */
import type { Mcu } from "../mcu/mcu.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { TemperatureCallback, TemperatureSensor } from "./adc-to-temperature.js";
import type { ConfigSection, Printer } from "./host-types.js";

/** Seconds between two readings. */
const REPORT_TIME = 0.3;
/** Seconds from ready to the first one. */
const FIRST_REPORT = 1;

interface Reporting {
  getStatus?(eventTime: number): Record<string, unknown>;
}

type Combination = (values: readonly number[]) => number;

const METHODS: ReadonlyMap<string, Combination> = new Map<string, Combination>([
  ["min", (values) => Math.min(...values)],
  ["max", (values) => Math.max(...values)],
  ["mean", (values) => values.reduce((sum, value) => sum + value, 0) / values.length],
]);

export class TemperatureCombined implements TemperatureSensor {
  private readonly printer: Printer;
  private readonly names: readonly string[];
  private readonly maximumDeviation: number;
  private readonly combine: Combination;
  private readonly sensors: Reporting[] = [];
  private minTemp = -Infinity;
  private maxTemp = Infinity;
  private lastTemp = 0;
  private callback: TemperatureCallback = () => undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.names = config.getList("sensor_list");
    this.maximumDeviation = config.getFloat("maximum_deviation", { above: 0 });
    this.combine = config.getChoice("combination_method", METHODS);
    this.printer.addObject(`temperature_combined ${config.getName().split(/\s+/).at(-1)!}`, this);
    this.printer.registerEventHandler("klippy:connect", () => this.findSensors());
    const reactor = this.printer.getReactor();
    const timer = reactor.registerTimer((eventTime) => this.update(eventTime));
    this.printer.registerEventHandler("klippy:ready", () => reactor.updateTimer(timer, reactor.monotonic() + FIRST_REPORT));
  }

  private findSensors(): void {
    for (const name of this.names) {
      const sensor = this.printer.lookupObject<Reporting>(name);
      if (typeof sensor.getStatus !== "function") throw this.printer.configError(`'${name}' does not have a status.`);
      const status = sensor.getStatus(this.printer.getReactor().monotonic());
      if (!("temperature" in status)) throw this.printer.configError(`'${name}' does not report a temperature.`);
      this.sensors.push(sensor);
    }
  }

  setupMinmax(minTemp: number, maxTemp: number): void {
    this.minTemp = minTemp;
    this.maxTemp = maxTemp;
  }

  setupCallback(callback: TemperatureCallback): void {
    this.callback = callback;
  }

  getReportTimeDelta(): number {
    return REPORT_TIME;
  }

  private update(eventTime: number): number {
    const temps = this.sensors.map((sensor) => Number(sensor.getStatus!(eventTime).temperature));
    // 0 is what a sensor reports that has no reading yet.
    if (temps.length === 0 || (this.lastTemp === 0 && temps.includes(0))) return eventTime + REPORT_TIME;
    this.lastTemp = this.combine(temps);
    this.check(Math.min(...temps), Math.max(...temps));
    this.callback(this.printer.lookupObject<Mcu>("mcu").estimatedPrintTime(eventTime), this.lastTemp);
    return eventTime + REPORT_TIME;
  }

  private check(lowest: number, highest: number): void {
    const danger = this.printer.lookupObject<{ tempIgnoreLimits?: boolean } | null>("danger_options", null);
    if (danger?.tempIgnoreLimits === true) return;
    const one = (celsius: number): string => formatFixed(celsius, 1);
    const { lastTemp, minTemp, maxTemp, maximumDeviation } = this;
    if (highest - lowest > maximumDeviation) {
      this.printer.invokeShutdown(
        `COMBINED SENSOR maximum deviation exceeded limit of ${one(maximumDeviation)}, max sensor value ${one(highest)}, min sensor value ${one(lowest)}.`);
    }
    if (lastTemp < minTemp) {
      this.printer.invokeShutdown(`COMBINED SENSOR temperature ${one(lastTemp)} below minimum temperature of ${one(minTemp)}.`);
    } else if (lastTemp > maxTemp) {
      this.printer.invokeShutdown(`COMBINED SENSOR temperature ${one(lastTemp)} above maximum temperature of ${one(maxTemp)}.`);
    }
  }

  getStatus(_eventTime?: number): { temperature: number } {
    return { temperature: Number(formatFixed(this.lastTemp, 2)) };
  }
}
