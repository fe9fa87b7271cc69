/**
 * Temperature chips on SPI (MAX6675, MAX31855, MAX31856 for thermocouples, MAX31865 for platinum): the micro-controller reads them, sends each
 * reading and its fault bits, and shuts down when it leaves the limits three times in a row.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { Mcu } from "../mcu/mcu.js";
import { spiFromConfig, type McuSpi } from "../mcu/spi.js";
import type { MessageParams } from "../wire/index.js";
import type { SensorFactory, TemperatureCallback, TemperatureSensor } from "./adc-to-temperature.js";
import type { Printer } from "./host-types.js";

/** Seconds between two readings. */
const REPORT_TIME = 0.3;
/** Readings out of range in a row that shut the MCU down. */
const MAX_INVALID = 3;
const SPEED = 4000000;

/** How a chip speaks: SPI mode, bytes at connect, and readings as degrees Celsius. */
interface Chip {
  readonly name: string;
  readonly mode: number;
  readonly setUp?: readonly number[];
  celsius(reading: number): number;
  /** The reading of a temperature, unclamped. */
  reading(celsius: number): number;
}

const signed = (value: number, bits: number): number => (value >= 2 ** (bits - 1) ? value - 2 ** bits : value);

/** A chip that gives a multiple of a step (degrees Celsius) from some bit on. */
const linear = (name: string, mode: number, shift: number, bits: number, step: number, isSigned: boolean, setUp?: readonly number[]): Chip => ({
  name, mode, ...(setUp === undefined ? {} : { setUp }),
  celsius: (reading) => {
    const code = (reading >>> shift) & (2 ** bits - 1);
    return (isSigned ? signed(code, bits) : code) * step;
  },
  reading: (celsius) => Math.trunc(celsius / step) * 2 ** shift,
});

const WRITE = 0x80;
const TC_TYPES = new Map([..."BEJKNRST"].map((letter, code) => [letter, code]));
const AVERAGING = new Map([[1, 0x00], [2, 0x10], [4, 0x20], [8, 0x30], [16, 0x40]]);

function max31856(config: ConfigSection): Chip {
  const type = config.getChoice("tc_type", TC_TYPES, { default: "K" });
  // Converts by itself.
  const control = 0x80 | (config.getBoolean("tc_use_50Hz_filter", { default: false }) ? 0x01 : 0);
  const averaging = config.getChoice("tc_averaging_count", AVERAGING, { default: 1 });
  // Third byte: faults that the pin shows.
  return linear("MAX31856", 1, 5, 19, 0.0078125, true, [WRITE, control, type | averaging, 0x03]);
}

/** Resistance of platinum: 1 + a·T + b·T² (IEC 60751, above 0 °C). */
const PLATINUM = { a: 3.9083e-3, b: -5.775e-7 } as const;
const RATIO_STEPS = 32768;

function max31865(config: ConfigSection): Chip {
  const nominal = config.getFloat("rtd_nominal_r", { default: 100, above: 0 });
  const reference = config.getFloat("rtd_reference_r", { default: 430, above: 0 });
  const wires = config.getInt("rtd_num_of_wires", { default: 2 });
  const filter = config.getBoolean("rtd_use_50Hz_filter", { default: false });
  const perStep = reference / (nominal * RATIO_STEPS);
  const { a, b } = PLATINUM;
  return {
    name: "MAX31865",
    mode: 1,
    // Bias on, converts by itself, faults cleared.
    setUp: [WRITE, 0xc2 | (wires === 3 ? 0x10 : 0) | (filter ? 0x01 : 0)],
    celsius: (reading) => (-a + Math.sqrt(a * a - 4 * b * (1 - (reading >>> 1) * perStep))) / (2 * b),
    reading: (celsius) => Math.trunc((1 + celsius * (a + b * celsius)) / perStep) * 2,
  };
}

const CHIPS: Readonly<Record<string, (config: ConfigSection) => Chip>> = {
  MAX6675: () => linear("MAX6675", 0, 3, 12, 0.25, false),
  MAX31855: () => linear("MAX31855", 0, 18, 14, 0.25, true),
  MAX31856: max31856,
  MAX31865: max31865,
};

/** A sensor on such a chip. */
export class SpiTemperature implements TemperatureSensor {
  private readonly printer: Printer;
  private readonly mcu: Mcu;
  private readonly spi: McuSpi;
  private readonly oid: number;
  private readonly chip: Chip;
  private range: readonly [min: number, max: number] = [0, 0];
  private callback: TemperatureCallback = () => undefined;

  constructor(config: ConfigSection, makeChip: (config: ConfigSection) => Chip) {
    this.printer = config.getPrinter();
    this.chip = makeChip(config);
    this.spi = spiFromConfig(config, this.chip.mode, { pinOption: "sensor_pin", defaultSpeed: SPEED });
    if (this.chip.setUp !== undefined) this.spi.spiSend(this.chip.setUp);
    this.mcu = this.spi.getMcu();
    this.oid = this.mcu.createOid();
    this.mcu.registerConfigCallback(() => this.buildConfig());
    this.mcu.registerResponse((params) => this.handleResult(params), "thermocouple_result", this.oid);
  }

  setupMinmax(minTemp: number, maxTemp: number): void {
    const readings = [minTemp, maxTemp].map((celsius) => Math.max(0, this.chip.reading(celsius)));
    this.range = [Math.min(...readings), Math.max(...readings)];
  }

  setupCallback(callback: TemperatureCallback): void {
    this.callback = callback;
  }

  getReportTimeDelta(): number {
    return REPORT_TIME;
  }

  private buildConfig(): void {
    const { mcu, oid } = this;
    const danger = this.printer.lookupObject<{ tempIgnoreLimits?: boolean } | null>("danger_options", null);
    mcu.addConfigCmd(`config_thermocouple oid=${oid} spi_oid=${this.spi.getOid()} thermocouple_type=${this.chip.name}`);
    const maxInvalid = danger?.tempIgnoreLimits === true ? 0 : MAX_INVALID;
    mcu.addConfigCmd(
      `query_thermocouple oid=${oid} clock=${mcu.getQuerySlot(oid)} rest_ticks=${mcu.secondsToClock(REPORT_TIME)}` +
        ` min_value=${this.range[0]} max_value=${this.range[1]} max_invalid_count=${maxInvalid}`, { isInit: true });
  }

  private handleResult(params: MessageParams): void {
    if (params.fault !== 0) {
      this.printer.log("warning", `${this.chip.name}: fault ${String(params.fault)} with reading ${String(params.value)}`);
      return;
    }
    const readTime = this.mcu.clockToPrintTime(this.mcu.clock32ToClock64(params.next_clock as number)) - REPORT_TIME;
    this.callback(readTime, this.chip.celsius(params.value as number));
  }
}

/** Sensor types by name. */
export const spiSensors = (): [name: string, factory: SensorFactory][] =>
  Object.entries(CHIPS).map(([name, chip]) => [name, (config) => new SpiTemperature(config, chip)]);
