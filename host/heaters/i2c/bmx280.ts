/** BMP280 and BME280: convert by themselves, and are read whole. */
import { bme280Humidity, bmx280Fine, bmx280Pressure, celsiusOfFine, type Bmx280Words } from "./bosch-formulas.js";
import { waitForCalibration, type BoschChip, type BoschSettings } from "./bosch-settings.js";
import type { ChipBus } from "./i2c-sensor.js";
import { Words } from "./words.js";

const CALIBRATION = { first: 0x88, length: 26 } as const;
const HUMIDITY_CALIBRATION = { first: 0xe1, length: 16 } as const;
const CTRL_HUM = 0xf2;
const CTRL_MEAS = 0xf4;
const CONFIG = 0xf5;
const DATA = 0xf7;
/** Half a second between two conversions. */
const STANDBY = 4;
const NORMAL_MODE = 3;

/** The words of the two blocks of calibration registers. */
export function bmx280Words(low: Uint8Array, high: Uint8Array): Bmx280Words {
  const words = new Words(low, CALIBRATION.first);
  const humid = new Words(high, HUMIDITY_CALIBRATION.first);
  const shared = humid.u8(0xe5);
  return {
    t: [words.u16(0x88), words.s16(0x8a), words.s16(0x8c)],
    p: [words.u16(0x8e), ...[0x90, 0x92, 0x94, 0x96, 0x98, 0x9a, 0x9c, 0x9e].map((register) => words.s16(register))],
    h: [words.u8(0xa1), humid.s16(0xe1), humid.u8(0xe3), (humid.s8(0xe4) << 4) | (shared & 0x0f), (humid.s8(0xe6) << 4) | (shared >> 4), humid.s8(0xe7)],
  };
}

export async function readCalibration(bus: ChipBus): Promise<[low: Uint8Array, high: Uint8Array]> {
  await waitForCalibration(bus);
  const low = await bus.read([CALIBRATION.first], CALIBRATION.length);
  return [low, await bus.read([HUMIDITY_CALIBRATION.first], HUMIDITY_CALIBRATION.length)];
}

export function bmx280(settings: BoschSettings, hasHumidity: boolean): BoschChip {
  let calibration: Bmx280Words;
  return {
    fields: hasHumidity ? ["pressure", "humidity"] : ["pressure"],
    limitSubject: "BME280 temperature",
    failure: "BME280: Error reading data",
    async start(bus) {
      calibration = bmx280Words(...(await readCalibration(bus)));
      await bus.write([CONFIG, (STANDBY << 5) | (settings.filter << 2)]);
      // Takes effect with the next write of CTRL_MEAS.
      if (hasHumidity) await bus.write([CTRL_HUM, settings.humidity]);
      await bus.write([CTRL_MEAS, (settings.temperature << 5) | (settings.pressure << 2) | NORMAL_MODE]);
    },
    async measure(bus) {
      const data = new Words(await bus.read([DATA], hasHumidity ? 8 : 6), DATA);
      const fine = bmx280Fine(data.u20be(0xfa), calibration);
      return {
        temperature: celsiusOfFine(fine),
        pressure: bmx280Pressure(data.u20be(0xf7), fine, calibration),
        ...(hasHumidity && { humidity: bme280Humidity(data.u16be(0xfd), fine, calibration) }),
      };
    },
  };
}
