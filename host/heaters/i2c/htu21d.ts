/**
 * HTU21D and its relatives SHT21, SI7013, SI7020, SI7021: one measurement of temperature, then one of humidity, each begun by a command and read after
 * its time. Kalico names the resolution's register but sends no value for it, so chips keep theirs; what is chosen here are the times to wait.
 */
import { ConfigError } from "../../errors.js";
import type { ConfigSection } from "../host-types.js";
import { sensirionCrc } from "./crc8.js";
import { I2cSensor, type ChipBus, type I2cChip, type Readings } from "./i2c-sensor.js";

const ADDRESS = 0x40;
const REPORT_TIME = 30;
const SHORTEST_REPORT_TIME = 5;
const RESET = 0xfe;
const RESET_SECONDS = 0.15;
/** Second half of the serial number; its first byte tells the kind of SI chips. */
const READ_ID = [0xfc, 0xc9];
const READ_SETTINGS = 0xe7;
const WRITE_SETTINGS = 0xe6;
/** Commands that leave the bus free, and such that hold the clock line until the chip is done. */
const MEASURE = { free: { temperature: 0xf3, humidity: 0xf5 }, hold: { temperature: 0xe3, humidity: 0xe5 } } as const;

type Seconds = readonly [temperature: number, humidity: number];

const RESOLUTIONS = ["TEMP14_HUM12", "TEMP13_HUM10", "TEMP12_HUM08", "TEMP11_HUM11"] as const;
type Resolution = (typeof RESOLUTIONS)[number];
const SI_SECONDS: readonly Seconds[] = [[0.11, 0.12], [0.7, 0.5], [0.4, 0.4], [0.3, 0.7]];

/** Byte that tells the kind, and the seconds that Kalico waits, in the order of RESOLUTIONS: not always the least time comes first. */
const KINDS: Readonly<Record<string, { readonly id: number; readonly seconds: readonly Seconds[] }>> = {
  SI7013: { id: 0x0d, seconds: SI_SECONDS },
  SI7020: { id: 0x14, seconds: SI_SECONDS },
  SI7021: { id: 0x15, seconds: SI_SECONDS },
  SHT21: { id: 0x31, seconds: [[0.85, 0.29], [0.43, 0.9], [0.22, 0.4], [0.11, 0.15]] },
  HTU21D: { id: 0x32, seconds: [[0.5, 0.16], [0.25, 0.5], [0.13, 0.3], [0.12, 0.8]] },
};

/** Bit that marks a word as humidity. */
const HUMIDITY_MARK = 0x02;

/** Degrees Celsius of a word, by the rounded coefficients that Kalico has. */
export const htu21dCelsius = (word: number): number => 0.002681 * word - 46.85;
/** Percent of a word, from nothing to all. */
export const htu21dHumidity = (word: number): number => Math.min(100, Math.max(0, 0.001907 * (word ^ HUMIDITY_MARK) - 6));

const isIntact = (bytes: Uint8Array): boolean => sensirionCrc(bytes.subarray(0, 2), 0) === bytes[2];

async function wordAfter(bus: ChipBus, command: number, seconds: number): Promise<number | undefined> {
  await bus.write([command]);
  await bus.wait(seconds);
  const answer = await bus.read([], 3);
  return isIntact(answer) ? (answer[0]! << 8) | answer[1]! : undefined;
}

interface Settings { readonly type: string; readonly resolution: Resolution; readonly holds: boolean; readonly reportTime: number }

function htu21d({ type, resolution, holds, reportTime }: Settings): I2cChip {
  const command = holds ? MEASURE.hold : MEASURE.free;
  const seconds = KINDS[type]!.seconds[RESOLUTIONS.indexOf(resolution)]!;
  return {
    kind: "htu21d",
    address: ADDRESS,
    reportTime,
    limitSubject: "HTU21D temperature",
    failure: () => "htu21d: Error reading data",
    async start(bus) {
      await bus.write([RESET]);
      await bus.wait(RESET_SECONDS);
      const answer = await bus.read(READ_ID, 3);
      if (!isIntact(answer)) bus.log("warning", "htu21d: Reading deviceId !Checksum error!");
      const found = Object.entries(KINDS).find(([, { id }]) => id === answer[0])?.[0];
      if (found === undefined) {
        // Kalico logs this and then stops the start with an error of Python's.
        bus.log("warning", `htu21d: Unknown Device ID 0x${answer[0]!.toString(16)} `);
        throw new ConfigError(`htu21d: the chip at address ${bus.address} has device id 0x${answer[0]!.toString(16)}, which is none of ${HTU21D_TYPES.join(", ")}`);
      }
      bus.log("info", `htu21d: Found Device Type ${found}`);
      if (found !== type) bus.log("warning", `htu21d: Found device ${found}. Forcing to type ${type} as config.`);
      await bus.read([READ_SETTINGS], 1);
      await bus.write([WRITE_SETTINGS]);
      bus.log("info", `htu21d: Setting resolution to ${resolution} `);
      return ["humidity"];
    },
    async measure(bus): Promise<Readings> {
      const temperature = await wordAfter(bus, command.temperature, seconds[0]);
      if (temperature === undefined) bus.log("warning", "htu21d: Checksum error on Temperature reading!");
      const humidity = await wordAfter(bus, command.humidity, seconds[1]);
      if (humidity === undefined) bus.log("warning", "htu21d: Checksum error on Humidity reading!");
      return {
        ...(temperature !== undefined && { temperature: htu21dCelsius(temperature) }),
        ...(humidity !== undefined && { humidity: htu21dHumidity(humidity) }),
      };
    },
  };
}

export const HTU21D_TYPES = Object.keys(KINDS);

export function htu21dSensor(config: ConfigSection): I2cSensor {
  const holds = config.getBoolean("htu21d_hold_master", { default: false });
  const resolution = config.get("htu21d_resolution", { default: "TEMP12_HUM08" });
  const reportTime = config.getInt("htu21d_report_time", { default: REPORT_TIME, minval: SHORTEST_REPORT_TIME });
  if (!(RESOLUTIONS as readonly string[]).includes(resolution)) {
    throw config.error(`Invalid HTU21D Resolution. Valid are ${RESOLUTIONS.join("|")}`);
  }
  const type = config.get("sensor_type");
  return new I2cSensor(config, htu21d({ type, resolution: resolution as Resolution, holds, reportTime }), ["humidity"]);
}
