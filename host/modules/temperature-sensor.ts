/** `[temperature_sensor <name>]`: shows the readings of a sensor and their extremes. */
import type { ConfigSection } from "../heaters/host-types.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import { KELVIN_TO_CELSIUS } from "../heaters/thermistor.js";
import { formatFixed } from "../motion/format-fixed.js";

/** Limits, degrees Celsius, when the configuration has none, and the first minimum. */
const MAX_TEMP = 99999999.9;
const FIRST_MINIMUM = 99999999;

const rounded = (celsius: number): number => Number(formatFixed(celsius, 2));

export class PrinterSensorGeneric {
  readonly name: string;
  readonly minTemp: number;
  readonly maxTemp: number;
  lastTemp = 0;
  measuredMin = FIRST_MINIMUM;
  measuredMax = 0;

  constructor(config: ConfigSection) {
    this.name = config.getName().split(/\s+/).at(-1)!;
    const heaters = config.getPrinter().loadObject<PrinterHeaters>(config, "heaters");
    const sensor = heaters.setupSensor(config);
    this.minTemp = config.getFloat("min_temp", { default: KELVIN_TO_CELSIUS, minval: KELVIN_TO_CELSIUS });
    this.maxTemp = config.getFloat("max_temp", { default: MAX_TEMP, above: this.minTemp });
    sensor.setupMinmax(this.minTemp, this.maxTemp);
    sensor.setupCallback((_readTime, temp) => this.temperatureCallback(temp));
    heaters.registerSensor(config, this);
  }

  private temperatureCallback(temp: number): void {
    this.lastTemp = temp;
    // 0 is what a sensor reports that has no reading.
    if (temp === 0) return;
    this.measuredMin = Math.min(this.measuredMin, temp);
    this.measuredMax = Math.max(this.measuredMax, temp);
  }

  getTemp(_eventTime: number): [temp: number, target: number] {
    return [this.lastTemp, 0];
  }

  stats(_eventTime: number): [boolean, string] {
    return [false, `${this.name}: temp=${formatFixed(this.lastTemp, 1)}`];
  }

  getStatus(_eventTime: number): { temperature: number; measured_min_temp: number; measured_max_temp: number } {
    return {
      temperature: rounded(this.lastTemp),
      measured_min_temp: rounded(this.measuredMin),
      measured_max_temp: rounded(this.measuredMax),
    };
  }

  isAdcFaulty(): boolean {
    return this.lastTemp > this.maxTemp || this.lastTemp < this.minTemp;
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterSensorGeneric {
  return new PrinterSensorGeneric(config);
}
