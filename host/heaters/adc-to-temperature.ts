/**
 * Sensor on an ADC pin: turns the pin's readings into temperatures for one listener, and the temperature
 * limits of the configuration into the ADC limits that the MCU itself enforces.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { McuAdc } from "../mcu/adc.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { Printer } from "../printer/printer-surface.js";
import type { AdcConversion } from "./thermistor.js";

const SAMPLE_TIME = 0.001;
const SAMPLE_COUNT = 8;
/** Seconds between two readings. */
export const REPORT_TIME = 0.3;
/** Readings out of range in a row that shut the MCU down. */
const RANGE_CHECK_COUNT = 4;

/** Gets every reading; it runs in the message handler and must not pause. */
export type TemperatureCallback = (readTime: number, celsius: number) => void;

/** What a sensor type's factory returns. */
export interface TemperatureSensor {
  setupMinmax(minTemp: number, maxTemp: number): void;
  setupCallback(callback: TemperatureCallback): void;
  /** Seconds between two readings. */
  getReportTimeDelta(): number;
}

/** Makes a sensor of one type from the section that uses it. */
export type SensorFactory = (config: ConfigSection) => TemperatureSensor;

/** Object `query_adc`, where every ADC pin is registered for QUERY_ADC. */
interface QueryAdc {
  registerAdc(name: string, mcuAdc: McuAdc): void;
}

/** Kalico's PrinterADCtoTemperature. */
export class PrinterAdcToTemperature implements TemperatureSensor {
  private readonly printer: Printer;
  private readonly conversion: AdcConversion;
  private readonly mcuAdc: McuAdc;
  private temperatureCallback: TemperatureCallback = () => undefined;

  constructor(config: ConfigSection, conversion: AdcConversion) {
    this.printer = config.getPrinter();
    this.conversion = conversion;
    this.mcuAdc = this.printer.lookupObject<PrinterPins>("pins").setupPin<McuAdc>("adc", config.get("sensor_pin"));
    this.mcuAdc.setupAdcCallback(REPORT_TIME, (readTime, value) => this.adcCallback(readTime, value));
    const queryAdc = this.printer.loadObject(config, "query_adc") as QueryAdc;
    queryAdc.registerAdc(config.getName(), this.mcuAdc);
  }

  setupCallback(callback: TemperatureCallback): void {
    this.temperatureCallback = callback;
  }

  getReportTimeDelta(): number {
    return REPORT_TIME;
  }

  /** Limits in degrees Celsius; the MCU shuts down outside them. */
  setupMinmax(minTemp: number, maxTemp: number): void {
    const danger = this.printer.lookupObject<{ tempIgnoreLimits?: boolean } | null>("danger_options", null);
    const limits = [this.conversion.calcAdc(minTemp), this.conversion.calcAdc(maxTemp)];
    this.mcuAdc.setupMinmax(SAMPLE_TIME, SAMPLE_COUNT, {
      minval: Math.min(...limits),
      maxval: Math.max(...limits),
      rangeCheckCount: danger?.tempIgnoreLimits === true ? 0 : RANGE_CHECK_COUNT,
    });
  }

  private adcCallback(readTime: number, value: number): void {
    this.temperatureCallback(readTime + SAMPLE_COUNT * SAMPLE_TIME, this.conversion.calcTemp(value));
  }
}
