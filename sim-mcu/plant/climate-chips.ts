/** Which chip a `sensor_type` on I2C means, and at which address it is unless the section says otherwise. */
import { Aht } from "../devices/aht.js";
import { Bme680, Bmp180, Bmp388, Bmx280 } from "../devices/bosch.js";
import type { Climate } from "../devices/climate.js";
import type { I2cDevice } from "../devices/device-table.js";
import { Htu21d } from "../devices/htu21d.js";
import { Lm75 } from "../devices/lm75.js";
import { Sht3x } from "../devices/sht3x.js";
import { numberOf, type Section } from "./config-values.js";

export interface ClimateChip {
  readonly mcu: string;
  readonly address: number;
  make(climate: Climate): I2cDevice;
}

type Kind = readonly [address: number, make: (climate: Climate, address: number) => I2cDevice];

const KINDS: Readonly<Record<string, Kind>> = {
  LM75: [0x48, (climate) => new Lm75(climate)],
  SHT3X: [0x44, (climate) => new Sht3x(climate)],
  ...Object.fromEntries(["HTU21D", "SHT21", "SI7013", "SI7020", "SI7021"].map((type): [string, Kind] => [type, [0x40, (climate) => new Htu21d(climate, type)]])),
  ...Object.fromEntries(["AHT10", "AHT1X", "AHT2X", "AHT3X"].map((type): [string, Kind] => [type, [0x38, (climate) => new Aht(climate, type !== "AHT10" && type !== "AHT1X")]])),
};

/** Chips that may hide behind `sensor_type: BME280`. */
const BOSCH: Readonly<Record<string, Kind>> = {
  BME280: [0x76, (climate) => new Bmx280(climate, true)],
  BMP280: [0x76, (climate) => new Bmx280(climate, false)],
  BMP180: [0x76, (climate) => new Bmp180(climate)],
  BMP388: [0x76, (climate) => new Bmp388(climate)],
  BME680: [0x76, (climate) => new Bme680(climate)],
};
/** Names of those chips. */
export const BOSCH_CHIPS = Object.keys(BOSCH);

/** The chip of a sensor's section, or undefined where it has none on I2C. @param bosch which of Bosch's chips a BME280 is */
export function climateChip(section: Section, bosch = "BME280"): ClimateChip | undefined {
  const type = section["sensor_type"] ?? "";
  const kind = type === "BME280" ? BOSCH[bosch] : KINDS[type];
  if (kind === undefined) return undefined;
  const address = numberOf(section, "i2c_address", kind[0]);
  return { mcu: section["i2c_mcu"] ?? "mcu", address, make: (climate) => kind[1](climate, address) };
}
