/** Which chip a `sensor_type` on I2C means, and at which address it is unless the section says otherwise. */
import type { Climate } from "../devices/climate.js";
import type { I2cDevice } from "../devices/device-table.js";
import { Lm75 } from "../devices/lm75.js";
import { numberOf, type Section } from "./config-values.js";

export interface ClimateChip {
  readonly mcu: string;
  readonly address: number;
  make(climate: Climate): I2cDevice;
}

type Kind = readonly [address: number, make: (climate: Climate, address: number) => I2cDevice];

const KINDS: Readonly<Record<string, Kind>> = {
  LM75: [0x48, (climate) => new Lm75(climate)],
};

/** The chip of a sensor's section, or undefined where it has none on I2C. */
export function climateChip(section: Section): ClimateChip | undefined {
  const kind = KINDS[section["sensor_type"] ?? ""];
  if (kind === undefined) return undefined;
  const address = numberOf(section, "i2c_address", kind[0]);
  return { mcu: section["i2c_mcu"] ?? "mcu", address, make: (climate) => kind[1](climate, address) };
}
