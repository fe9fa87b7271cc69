/** BMP180: each conversion is begun by a command and read after its time. Kalico waits 10 ms, less than the finest pressure conversion takes (17 to 25.5 ms). */
import { bmp180Celsius, bmp180Fine, bmp180Pressure, type Bmp180Words } from "./bosch-formulas.js";
import type { BoschChip, BoschSettings } from "./bosch-settings.js";
import type { ChipBus } from "./i2c-sensor.js";
import { Words } from "./words.js";

const CALIBRATION = { first: 0xaa, length: 22 } as const;
const CONTROL = 0xf4;
const RESULT = 0xf6;
const CONVERT = { temperature: 0x2e, pressure: 0x34 } as const;
const CONVERSION_SECONDS = 0.01;

/** The words of the calibration registers, high byte first. */
export function bmp180Words(bytes: Uint8Array): Bmp180Words {
  const words = new Words(bytes, CALIBRATION.first);
  const [AC1, AC2, AC3] = [words.s16be(0xaa), words.s16be(0xac), words.s16be(0xae)];
  const [AC4, AC5, AC6] = [words.u16be(0xb0), words.u16be(0xb2), words.u16be(0xb4)];
  const [B1, B2, MB, MC, MD] = [0xb6, 0xb8, 0xba, 0xbc, 0xbe].map((register) => words.s16be(register)) as [number, number, number, number, number];
  return { AC1, AC2, AC3, AC4, AC5, AC6, B1, B2, MB, MC, MD };
}

async function convert(bus: ChipBus, command: number, length: number): Promise<Words> {
  await bus.write([CONTROL, command]);
  await bus.wait(CONVERSION_SECONDS);
  return new Words(await bus.read([RESULT], length), RESULT);
}

export function bmp180(settings: BoschSettings): BoschChip {
  let words: Bmp180Words;
  const oversampling = settings.pressure;

  /** @returns undefined when the chip fails, which the log was told */
  async function tryConvert(bus: ChipBus, what: "temperature" | "pressure", command: number, length: number): Promise<Words | undefined> {
    try {
      return await convert(bus, command, length);
    } catch (error) {
      bus.log("error", `BMP180: Error reading ${what}`, error);
      return undefined;
    }
  }

  return {
    fields: ["pressure"],
    limitSubject: "BMP180 temperature",
    async start(bus) {
      words = bmp180Words(await bus.read([CALIBRATION.first], CALIBRATION.length));
    },
    async measure(bus) {
      const temperature = await tryConvert(bus, "temperature", CONVERT.temperature, 2);
      if (temperature === undefined) return undefined;
      const fine = bmp180Fine(temperature.u16be(RESULT), words);
      const pressure = await tryConvert(bus, "pressure", CONVERT.pressure | (oversampling << 6), 3);
      if (pressure === undefined) return undefined;
      const code = ((pressure.u16be(RESULT) << 8) | pressure.u8(RESULT + 2)) >>> (8 - oversampling);
      return { temperature: bmp180Celsius(fine), pressure: bmp180Pressure(code, fine, oversampling, words) };
    },
  };
}
