/** SHT30, SHT31, SHT35: measures twice a second by itself, and is asked for the newest pair of words, each with its checksum. */
import type { ConfigSection } from "../host-types.js";
import { CommandError } from "../../errors.js";
import { sensirionCrc } from "./crc8.js";
import { I2cSensor, type ChipBus, type I2cChip, type Readings } from "./i2c-sensor.js";

const ADDRESS = 0x44;
const REPORT_TIME = 1;
const CRC_START = 0xff;
const BREAK = [0x30, 0x93];
const SOFT_RESET = [0x30, 0xa2];
const READ_STATUS = [0xf3, 0x2d];
/** Two measurements a second, high repeatability. */
const START_PERIODIC = [0x22, 0x36];
const FETCH = [0xe0, 0x00];
/** Seconds after a break and a reset, and of the first measurement. */
const SETTLE = 0.0015;
const FIRST_MEASUREMENT = 0.0155;
const TRIES = 5;
const BETWEEN_TRIES = 0.5;

const FULL_SCALE = 65535;

/** Degrees Celsius of a word. */
const sht3xCelsius = (word: number): number => -45 + (175 * word) / FULL_SCALE;
/** Percent of a word. */
const sht3xHumidity = (word: number): number => (100 * word) / FULL_SCALE;

const wordAt = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

/** Kalico leaves a first byte of 0 out of the sum, so that words below 256 (−44.3 °C, 0.4 %) never pass; nor do they here. */
function isIntact(bytes: Uint8Array, at: number): boolean {
  return sensirionCrc(bytes.subarray(bytes[at] === 0 ? at + 1 : at, at + 2), CRC_START) === bytes[at + 2];
}

/** What of an answer's two words is intact. */
export function sht3xReadings(answer: Uint8Array): Readings {
  return {
    ...(isIntact(answer, 0) && { temperature: sht3xCelsius(wordAt(answer, 0)) }),
    ...(isIntact(answer, 3) && { humidity: sht3xHumidity(wordAt(answer, 3)) }),
  };
}

/** Asks again when no answer comes. @throws CommandError the last time */
async function fetch(bus: ChipBus): Promise<Uint8Array> {
  let last: unknown;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      return await bus.read(FETCH, 6, { retry: false });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      last = error;
      await bus.wait(BETWEEN_TRIES);
    }
  }
  throw last;
}

function sht3x(reportTime: number): I2cChip {
  return {
    kind: "sht3x",
    address: ADDRESS,
    reportTime,
    decimals: { humidity: 1 },
    limitSubject: "sht3x: temperature",
    failure: () => "sht3x: Error reading data",
    async start(bus) {
      for (const command of [BREAK, SOFT_RESET]) {
        await bus.write(command);
        await bus.wait(SETTLE);
      }
      if (!isIntact(await bus.read(READ_STATUS, 3), 0)) bus.log("warning", "sht3x: Reading status - checksum error!");
      await bus.write(START_PERIODIC);
      await bus.wait(FIRST_MEASUREMENT);
      return ["humidity"];
    },
    async measure(bus): Promise<Readings> {
      const readings = sht3xReadings(await fetch(bus));
      if (readings.temperature === undefined) bus.log("warning", "sht3x: Checksum error on Temperature reading!");
      if (readings.humidity === undefined) bus.log("warning", "sht3x: Checksum error on Humidity reading!");
      return readings;
    },
  };
}

export const sht3xSensor = (config: ConfigSection): I2cSensor =>
  new I2cSensor(config, sht3x(config.getInt("sht3x_report_time", { default: REPORT_TIME, minval: 1 })), ["humidity"]);
