/** BMP388: converts fifty times a second. Kalico takes the status bits 5 and 4 for "temperature is there" and "pressure is there", and reads byte by byte; so does this host. */
import { bmp388Celsius, bmp388Pressure, type Bmp388Coefficients } from "./bosch-formulas.js";
import { waitForCalibration, type BoschChip } from "./bosch-settings.js";
import type { ChipBus, Readings } from "./i2c-sensor.js";
import { Words } from "./words.js";

const CALIBRATION = { first: 0x31, length: 21 } as const;
const STATUS = 0x03;
const HAS = { temperature: 0x20, pressure: 0x10 } as const;
/** Registers of the results' bytes, low byte first. */
const PRESSURE = [0x04, 0x05, 0x06] as const;
const TEMPERATURE = [0x07, 0x08, 0x09] as const;
/** Both sensors on, normal mode; no oversampling; 50 Hz; interrupt on new data. */
const SETTINGS = [[0x1b, 0x33], [0x1c, 0x00], [0x1d, 0x02], [0x19, 0x20]] as const;

/** Coefficients of the calibration registers, scaled as the data sheet says. */
export function bmp388Coefficients(bytes: Uint8Array): Bmp388Coefficients {
  const words = new Words(bytes, CALIBRATION.first);
  const scaled = (value: number, exponent: number): number => value / 2 ** exponent;
  return {
    t: [scaled(words.u16(0x31), -8), scaled(words.u16(0x33), 30), scaled(words.s8(0x35), 48)],
    p: [
      scaled(words.s16(0x36) - 2 ** 14, 20), scaled(words.s16(0x38) - 2 ** 14, 29), scaled(words.s8(0x3a), 32), scaled(words.s8(0x3b), 37),
      scaled(words.u16(0x3c), -3), scaled(words.u16(0x3e), 6), scaled(words.s8(0x40), 8), scaled(words.s8(0x41), 15),
      scaled(words.s16(0x42), 48), scaled(words.s8(0x44), 48), scaled(words.s8(0x45), 65),
    ],
  };
}

async function code(bus: ChipBus, registers: readonly number[]): Promise<number> {
  let value = 0;
  for (const [place, register] of registers.entries()) value += (await bus.read([register], 1))[0]! * 256 ** place;
  return value;
}

export function bmp388(): BoschChip {
  let coefficients: Bmp388Coefficients;
  let celsius = 0;
  return {
    fields: ["pressure"],
    limitSubject: "BME280 temperature",
    checksFreshOnly: true,
    async start(bus) {
      await waitForCalibration(bus);
      for (const setting of SETTINGS) await bus.write(setting);
      coefficients = bmp388Coefficients(await bus.read([CALIBRATION.first], CALIBRATION.length));
    },
    async measure(bus): Promise<Readings> {
      const [status] = await bus.read([STATUS], 1);
      const readings: { temperature?: number; pressure?: number } = {};
      if ((status! & HAS.temperature) !== 0) {
        celsius = bmp388Celsius(await code(bus, TEMPERATURE), coefficients);
        readings.temperature = celsius;
      }
      if ((status! & HAS.pressure) !== 0) readings.pressure = bmp388Pressure(await code(bus, PRESSURE), celsius, coefficients);
      return readings;
    },
  };
}
