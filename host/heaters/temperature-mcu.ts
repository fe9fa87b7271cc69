/**
 * Sensor type `temperature_mcu`: the sensor inside a micro-controller, on the analog pin ADC_TEMPERATURE. Its line comes from the configuration
 * or from the nominal values of the data sheet; simplified: the factory calibration in the chip's memory is not read.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import type { McuAdc } from "../mcu/adc.js";
import type { Mcu } from "../mcu/mcu.js";
import { getPrinterMcu } from "../mcu/printer-mcus.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { TemperatureCallback, TemperatureSensor } from "./adc-to-temperature.js";
import type { Printer } from "./host-types.js";

const SAMPLE_TIME = 0.001;
const SAMPLE_COUNT = 8;
const REPORT_TIME = 0.3;
const RANGE_CHECK_COUNT = 4;

/** Degrees Celsius and volts of one point, and volts per degree. */
interface NominalLine {
  celsius: number;
  volts: number;
  slope: number;
}

/** By the beginning of the chip's name, longer ones first. */
const NOMINAL: readonly (readonly [prefix: string, line: NominalLine])[] = [
  ["gd32e230x8", { celsius: 25, volts: 1.45, slope: -0.0043 }],
  ["gd32f303", { celsius: 25, volts: 1.45, slope: -0.0041 }],
  ["rp2", { celsius: 27, volts: 0.706, slope: -0.001721 }],
  ["sam3", { celsius: 27, volts: 0.8, slope: 0.00265 }],
  ["sam4", { celsius: 27, volts: 1.44, slope: 0.0047 }],
  ["same70", { celsius: 25, volts: 0.72, slope: 0.00233 }],
  ["samd", { celsius: 25, volts: 2.2, slope: 0.0079 }],
  ["same5", { celsius: 25, volts: 2.2, slope: 0.0079 }],
  ["stm32f0", { celsius: 30, volts: 1.43, slope: -0.0043 }],
  ["stm32f1", { celsius: 25, volts: 1.43, slope: -0.0043 }],
  ["stm32h7", { celsius: 30, volts: 0.62, slope: 0.002 }],
  ["stm32", { celsius: 25, volts: 0.76, slope: 0.0025 }],
];

export class TemperatureMcu implements TemperatureSensor {
  private readonly printer: Printer;
  private readonly mcu: Mcu;
  private readonly adc: McuAdc;
  private readonly referenceVoltage: number;
  /** Points of the configuration: degrees Celsius and reading (0…1). */
  private readonly points: readonly (readonly [celsius: number, adc: number])[];
  private base = 0;
  private slope = 1;
  private limits: readonly [min: number, max: number] = [0, 0];
  private callback: TemperatureCallback = () => undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.referenceVoltage = config.getFloat("reference_voltage", { default: 3.3 });
    const name = config.get("sensor_mcu", { default: "mcu" });
    this.points = readPoints(config);
    // The pin asks for its limits when the configuration of its micro-controller is built: these come before, and only once it is there.
    getMcuIfAny(this.printer, name)?.registerConfigCallback(() => this.findLine());
    this.adc = this.printer.lookupObject<PrinterPins>("pins").setupPin<McuAdc>("adc", `${name}:ADC_TEMPERATURE`);
    this.adc.setupAdcCallback(REPORT_TIME, (readTime, value) => this.callback(readTime + SAMPLE_COUNT * SAMPLE_TIME, this.base + value * this.slope));
    this.printer.loadObject<{ registerAdc(name: string, adc: McuAdc): void }>(config, "query_adc").registerAdc(config.getName(), this.adc);
    this.mcu = getPrinterMcu(this.printer, name);
  }

  setupMinmax(minTemp: number, maxTemp: number): void {
    this.limits = [minTemp, maxTemp];
  }

  setupCallback(callback: TemperatureCallback): void {
    this.callback = callback;
  }

  getReportTimeDelta(): number {
    return REPORT_TIME;
  }

  private findLine(): void {
    // Batch output has no micro-controller that could be asked.
    if (this.printer.getStartArgs().debugoutput != null) return this.adc.setupMinmax(SAMPLE_TIME, SAMPLE_COUNT);
    const type = String(this.mcu.getConstants()["MCU"] ?? "");
    const nominal = NOMINAL.find(([prefix]) => type.startsWith(prefix))?.[1];
    const [first, second] = this.points;
    if (nominal === undefined && second === undefined) throw new ConfigError(`MCU temperature not supported on ${type}`);
    this.slope = second === undefined ? this.referenceVoltage / nominal!.slope : (second[0] - first![0]) / (second[1] - first![1]);
    const [celsius, adc] = first ?? [nominal!.celsius, nominal!.volts / this.referenceVoltage];
    this.base = celsius - adc * this.slope;
    const danger = this.printer.lookupObject<{ tempIgnoreLimits?: boolean } | null>("danger_options", null);
    const readings = this.limits.map((limit) => (limit - this.base) / this.slope);
    this.adc.setupMinmax(SAMPLE_TIME, SAMPLE_COUNT, {
      minval: Math.min(...readings), maxval: Math.max(...readings), rangeCheckCount: danger?.tempIgnoreLimits === true ? 0 : RANGE_CHECK_COUNT,
    });
  }
}

/** A name that there is none of is refused by the pin. */
const getMcuIfAny = (printer: Printer, name: string): Mcu | null => printer.lookupObject<Mcu | null>(name === "mcu" ? name : `mcu ${name}`, null);

function readPoints(config: ConfigSection): [celsius: number, adc: number][] {
  const points: [number, number][] = [];
  for (const number of [1, 2]) {
    const celsius = config.getFloat(`sensor_temperature${number}`, { default: null });
    if (celsius === null) break;
    points.push([celsius, config.getFloat(`sensor_adc${number}`, { minval: 0, maxval: 1 })]);
  }
  return points;
}
