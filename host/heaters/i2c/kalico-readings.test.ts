/** What the chips' words mean, against recordings of a real Kalico that was given the same calibration and the same answers. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatFixed } from "../../motion/format-fixed.js";
import { ahtCelsius, ahtCodes, ahtHumidity } from "./aht10.js";
import { bme680DurationCode, bme680HeaterCode } from "./bme680-formulas.js";
import { bme680, bme680Words } from "./bme680.js";
import { bmp180 } from "./bmp180.js";
import { bmp388 } from "./bmp388.js";
import { bmx280 } from "./bmx280.js";
import type { BoschChip, BoschSettings } from "./bosch-settings.js";
import { htu21dCelsius, htu21dHumidity } from "./htu21d.js";
import type { ChipBus, Readings } from "./i2c-sensor.js";
import { lm75Celsius } from "./lm75.js";
import { sht3xReadings } from "./sht3x.js";

interface Case {
  readonly chip: string;
  readonly result: Readings;
  /** Hexadecimal bytes from a register on. */
  readonly registers?: Readonly<Record<string, string>>;
  readonly answer?: string;
  readonly words?: readonly number[];
  readonly oversampling?: number;
  readonly ut?: readonly number[];
  readonly up?: readonly number[];
  readonly target?: number;
  readonly duration?: number;
  readonly heater?: number;
  readonly wait?: number;
}

const cases = JSON.parse(readFileSync(process.env["KALICO_READINGS"] ?? new URL("kalico-readings.json", import.meta.url), "utf8")) as Case[];
const settings: BoschSettings = { filter: 1, temperature: 2, humidity: 2, pressure: 2, gasCelsius: 320, gasMilliseconds: 150 };

function busOf({ registers = {}, ut, up }: Case): ChipBus {
  const memory = new Uint8Array(256);
  for (const [first, bytes] of Object.entries(registers)) memory.set(Buffer.from(bytes, "hex"), Number(first));
  const none = (): Promise<void> => Promise.resolve();
  return {
    address: 0x76, write: none, wait: none, monotonic: () => 0, log: () => undefined,
    read: ([register], length) => {
      if (register === 0xf6 && ut !== undefined) return Promise.resolve(Uint8Array.from(length === 2 ? ut : up!));
      return Promise.resolve(memory.slice(register, register! + length));
    },
  };
}

const BOSCH: Readonly<Record<string, (one: Case) => BoschChip>> = {
  BMP280: () => bmx280(settings, false),
  BME280: () => bmx280(settings, true),
  BMP388: () => bmp388(),
  BMP180: ({ oversampling }) => bmp180({ ...settings, pressure: oversampling! }),
  BME680: () => bme680(settings),
};

async function readingsOf(one: Case): Promise<Readings> {
  const make = BOSCH[one.chip];
  if (make !== undefined) {
    const [bus, chip] = [busOf(one), make(one)];
    await chip.start(bus);
    return (await chip.measure(bus, 0))!;
  }
  const answer = Buffer.from(one.answer ?? "", "hex");
  const [first, second] = one.words ?? [];
  switch (one.chip) {
    case "SHT3X": {
      const { temperature = 0, humidity = 0 } = sht3xReadings(answer);
      return { temperature, humidity: Number(formatFixed(humidity, 1)) };
    }
    case "HTU21D": return { temperature: htu21dCelsius(first!), humidity: htu21dHumidity(second!) };
    case "LM75": return { temperature: lm75Celsius(first! >> 8, first! & 0xff) };
    default: {
      const codes = ahtCodes(answer);
      return { temperature: ahtCelsius(codes.temperature), humidity: ahtHumidity(codes.humidity) };
    }
  }
}

test.each([...new Set(cases.map(({ chip }) => chip))])("%s reads what Kalico reads, to the last digits of a double", async (chip) => {
  let worst = 0;
  for (const one of cases.filter((candidate) => candidate.chip === chip)) {
    const ours = await readingsOf(one);
    expect(Object.keys(ours).sort()).toEqual(Object.keys(one.result).sort());
    for (const [field, theirs] of Object.entries(one.result) as [keyof Readings, number][]) {
      worst = Math.max(worst, Math.abs(ours[field]! - theirs) / Math.max(1, Math.abs(theirs)));
    }
  }
  if (process.env["KALICO_READINGS"] !== undefined) process.stderr.write(`${chip} ${cases.filter((one) => one.chip === chip).length} cases, worst ${worst}\n`);
  expect(worst).toBeLessThan(1e-10);
});

test("the plate of a BME680 is told the heat and the time that Kalico tells it", () => {
  for (const one of cases.filter(({ chip }) => chip === "BME680")) {
    const bytes = (register: number): Uint8Array => Buffer.from(one.registers![register]!, "hex");
    const words = bme680Words(bytes(0x88), bytes(0xe1), bytes(0x00));
    expect(bme680HeaterCode(one.target!, 0, words)).toBe(one.heater);
    expect(bme680DurationCode(one.duration!)).toBe(one.wait);
  }
});
