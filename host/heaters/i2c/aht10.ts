/**
 * AHT10 to AHT30: a command begins a measurement, six bytes bring status, 20 bits of humidity and 20 bits of temperature. A chip that is busy again and again is
 * reset once and given up. Generations differ in how they are woken.
 */
import type { ConfigSection } from "../host-types.js";
import { I2cSensor, type ChipBus, type I2cChip, type Readings } from "./i2c-sensor.js";
import { formatFixed } from "../../motion/format-fixed.js";

const ADDRESS = 0x38;
const REPORT_TIME = 30;
const SHORTEST_REPORT_TIME = 5;
const MEASURE = [0xac, 0x33, 0x00];
const RESET = [0xba];
const MEASURE_SECONDS = 0.11;
const RESET_SECONDS = 0.02;
const ANSWER_BYTES = 6;
const STATUS = { busy: 0x80, calibrated: 0x08 } as const;
/** Busy answers in a row that are one too many. */
const MAX_BUSY = 5;
const SCALE = 2 ** 20;

interface Generation { readonly model: string; readonly wake?: readonly number[]; readonly wakeSeconds: number }

const AHT1X: Generation = { model: "aht1x", wake: [0xe1, 0x08, 0x00], wakeSeconds: 0.04 };
const AHT2X: Generation = { model: "aht2x", wake: [0xbe, 0x08, 0x00], wakeSeconds: 0.1 };
const AHT3X: Generation = { model: "aht3x", wakeSeconds: 0.1 };

export const AHT_TYPES: ReadonlyMap<string, Generation> = new Map([["AHT10", AHT1X], ["AHT1X", AHT1X], ["AHT2X", AHT2X], ["AHT3X", AHT3X]]);

/** Degrees Celsius of 20 bits. */
export const ahtCelsius = (code: number): number => (code * 200) / SCALE - 50;
/** Whole percents of 20 bits. */
export const ahtHumidity = (code: number): number => Math.trunc((code * 100) / SCALE);

/** The two codes in a chip's answer. */
export function ahtCodes(answer: Uint8Array): { humidity: number; temperature: number } {
  const [, b1, b2, b3, b4, b5] = answer as unknown as readonly [number, number, number, number, number, number];
  return { humidity: (b1 << 12) | (b2 << 4) | (b3 >> 4), temperature: ((b3 & 0x0f) << 16) | (b4 << 8) | b5 };
}

function aht({ model, wake, wakeSeconds }: Generation, name: string, reportTime: number): I2cChip {
  const label = `${model} ${name}`;

  /** An answer that is complete and not busy, or undefined when the chip had to be reset. */
  async function ask(bus: ChipBus): Promise<Uint8Array | undefined> {
    for (let attempt = 0; attempt <= MAX_BUSY; attempt++) {
      await bus.write(MEASURE);
      await bus.wait(MEASURE_SECONDS);
      const answer = await bus.read([], ANSWER_BYTES);
      if (answer.length < ANSWER_BYTES) {
        bus.log("warning", `${label}: received bytes less than expected: got ${answer.length}, need ${ANSWER_BYTES}`);
      } else if ((answer[0]! & STATUS.busy) === 0) return answer;
    }
    bus.log("warning", `${label}: device reported busy after ${MAX_BUSY} cycles, resetting device`);
    bus.log("info", `${label}: performing soft reset`);
    await bus.write(RESET);
    await bus.wait(RESET_SECONDS);
    return undefined;
  }

  async function measure(bus: ChipBus): Promise<{ readings: Readings; calibrated: boolean } | undefined> {
    const answer = await ask(bus);
    if (answer === undefined) return undefined;
    const { humidity, temperature } = ahtCodes(answer);
    return {
      readings: { temperature: ahtCelsius(temperature), humidity: ahtHumidity(humidity) },
      calibrated: (answer[0]! & STATUS.calibrated) !== 0,
    };
  }

  const failure = (error: unknown): string => `${label}: exception encountered reading data: ${error instanceof Error ? error.message : String(error)}`;

  return {
    kind: "aht10",
    address: ADDRESS,
    reportTime,
    limitSubject: `${model.toUpperCase()} temperature`,
    failure,
    async start(bus) {
      if (wake !== undefined) await bus.write(wake);
      await bus.wait(wakeSeconds);
      try {
        const first = await measure(bus);
        if (first?.calibrated === false) bus.log("warning", `${label}: not calibrated, possible OTP fault`);
        if (first !== undefined) {
          const [celsius, percent] = [first.readings.temperature!, first.readings.humidity!].map((value) => formatFixed(value, 3));
          bus.log("info", `${label}: successfully initialized, initial temp: ${celsius}, humidity: ${percent}`);
        }
      } catch (error) {
        bus.log("error", failure(error), error);
      }
      return ["humidity"];
    },
    async measure(bus) {
      return (await measure(bus))?.readings;
    },
  };
}

export function ahtSensor(config: ConfigSection): I2cSensor {
  const generation = AHT_TYPES.get(config.get("sensor_type"))!;
  const reportTime = config.getInt("aht10_report_time", { default: REPORT_TIME, minval: SHORTEST_REPORT_TIME });
  return new I2cSensor(config, aht(generation, config.getName().split(/\s+/).at(-1)!, reportTime), ["humidity"]);
}
