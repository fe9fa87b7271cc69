/**
 * Sensor type BME280: whichever chip of Bosch's family answers. The chip's identity chooses how it is read; one that is not known is taken for a BMP280. It is asked
 * at register 0xD0, and at 0x00, where BMP388 has it, when nothing is there.
 */
import type { ConfigSection } from "../host-types.js";
import { bme680 } from "./bme680.js";
import { bmp180 } from "./bmp180.js";
import { bmp388 } from "./bmp388.js";
import { bmx280 } from "./bmx280.js";
import { boschSettings, type BoschChip, type BoschSettings } from "./bosch-settings.js";
import { I2cSensor, type ChipBus, type I2cChip } from "./i2c-sensor.js";

const ADDRESS = 0x76;
const REPORT_TIME = 0.8;
const IDENTITY_REGISTERS = [0xd0, 0x00] as const;
const RESET = [0xe0, 0xb6];
const RESET_SECONDS = 0.5;

type Make = (settings: BoschSettings) => BoschChip;

const CHIPS: ReadonlyMap<number, readonly [name: string, make: Make]> = new Map<number, readonly [string, Make]>([
  [0x58, ["BMP280", (settings) => bmx280(settings, false)]],
  [0x60, ["BME280", (settings) => bmx280(settings, true)]],
  [0x61, ["BME680", bme680]],
  [0x55, ["BMP180", bmp180]],
  [0x50, ["BMP388", bmp388]],
]);
const UNKNOWN = 0x58;

async function identify(bus: ChipBus): Promise<readonly [name: string, make: Make]> {
  let id = 0;
  for (const register of IDENTITY_REGISTERS) {
    [id] = (await bus.read([register], 1)) as unknown as [number];
    if (id !== 0) break;
  }
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const known = CHIPS.get(id);
  bus.log("info", known === undefined ? `bme280: Unknown Chip ID received ${hex(id)}` : `bme280: Found Chip ${known[0]} at ${hex(bus.address)}`);
  return known ?? CHIPS.get(UNKNOWN)!;
}

function bosch(settings: BoschSettings): I2cChip {
  let chip: BoschChip | undefined;
  return {
    kind: "bme280",
    address: ADDRESS,
    reportTime: REPORT_TIME,
    worksInBatch: false,
    get limitSubject() { return chip!.limitSubject; },
    get checksFreshOnly() { return chip!.checksFreshOnly === true; },
    get failure() {
      const text = chip?.failure;
      return text === undefined ? undefined : () => text;
    },
    async start(bus) {
      const [, make] = await identify(bus);
      chip = make(settings);
      await bus.write(RESET);
      await bus.wait(RESET_SECONDS);
      await chip.start(bus);
      return chip.fields;
    },
    measure: (bus) => chip!.measure(bus, bus.monotonic()),
  };
}

export const bme280Sensor = (config: ConfigSection): I2cSensor => new I2cSensor(config, bosch(boschSettings(config)), ["pressure"]);
