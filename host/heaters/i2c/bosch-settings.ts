/** Options of Bosch's chips, and what the chips of that family have in common. Oversampling and filter are codes as the data sheets have them: n stands for 2^(n−1), or 2^n − 1. */
import type { ConfigSection } from "../host-types.js";
import type { ChipBus, Readings } from "./i2c-sensor.js";

export interface BoschSettings {
  readonly filter: number;
  readonly temperature: number;
  readonly humidity: number;
  readonly pressure: number;
  /** Degrees Celsius and milliseconds of a gas sensor's plate. */
  readonly gasCelsius: number;
  readonly gasMilliseconds: number;
}

export function boschSettings(config: ConfigSection): BoschSettings {
  const code = (name: string, otherwise: number): number => config.getInt(`bme280_${name}`, { default: otherwise });
  const settings = {
    filter: code("iir_filter", 1),
    temperature: code("oversample_temp", 2),
    humidity: code("oversample_hum", 2),
    pressure: code("oversample_pressure", 2),
    gasCelsius: code("gas_target_temp", 320),
    gasMilliseconds: code("gas_heat_duration", 150),
  };
  const times = (value: number): number => Math.trunc(2 ** (value - 1));
  const printer = config.getPrinter();
  printer.log("info", `BMxx80: Oversampling: Temp ${times(settings.temperature)}x Humid ${times(settings.humidity)}x Pressure ${times(settings.pressure)}x`);
  printer.log("info", `BMxx80: IIR: ${2 ** settings.filter - 1}x`);
  return settings;
}

/** One kind of chip behind the sensor type BME280. */
export interface BoschChip {
  readonly fields: readonly (keyof Readings)[];
  readonly limitSubject: string;
  readonly checksFreshOnly?: boolean;
  readonly failure?: string;
  /** After the reset: calibration and settings. */
  start(bus: ChipBus): Promise<void>;
  measure(bus: ChipBus, eventTime: number): Promise<Readings | undefined>;
}

const STATUS = 0xf3;
/** Calibration is on its way from memory to registers. */
const COPYING = 0x01;
const POLL_SECONDS = 0.01;

export async function waitForCalibration(bus: ChipBus): Promise<void> {
  while (((await bus.read([STATUS], 1))[0]! & COPYING) !== 0) await bus.wait(POLL_SECONDS);
}
