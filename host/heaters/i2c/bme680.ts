/** BME680: every measurement is asked for. The plate of its gas sensor is heated for one of them after three seconds without. */
import { celsiusOfFine } from "./bosch-formulas.js";
import { bme680DurationCode, bme680Fine, bme680Gas, bme680HeaterCode, bme680Humidity, bme680Pressure, type Bme680Words } from "./bme680-formulas.js";
import type { BoschChip, BoschSettings } from "./bosch-settings.js";
import { readCalibration } from "./bmx280.js";
import type { ChipBus } from "./i2c-sensor.js";
import { Words } from "./words.js";

const REGISTER = {
  heaterCalibration: 0x00, switchingError: 0x04, status: 0x1d, data: 0x1f, gas: 0x2a, heaterCurrent: 0x50, heaterResistance: 0x5a, heaterTime: 0x64,
  runGas: 0x71, ctrlHum: 0x72, ctrlMeas: 0x74, config: 0x75,
} as const;
const NEW_DATA = 0x80;
const BUSY = 0x40 | 0x20;
const RUN_GAS = 0x10;
const FORCED_MODE = 1;
/** Code of the heater's first current: 6.1 mA. */
const HEATER_CURRENT = 0x60;
const GAS = { valid: 0x20, stable: 0x10, range: 0x0f } as const;
/** Longest times of a conversion by the family's data sheet, seconds: base, per code of oversampling, and what pressure and humidity add. */
const TIMES = { base: 0.00125, each: 0.0023, extra: 0.000575 } as const;
const GAS_INTERVAL = 3;

/** The words of the calibration registers. */
export function bme680Words(low: Uint8Array, high: Uint8Array, heater: Uint8Array): Bme680Words {
  const first = new Words(low, 0x88);
  const second = new Words(high, 0xe1);
  const shared = second.u8(0xe2);
  return {
    t: [second.u16(0xe9), first.s16(0x8a), first.s8(0x8c)],
    p: [
      first.u16(0x8e), first.s16(0x90), first.s8(0x92), first.s16(0x94), first.s16(0x96), first.s8(0x99), first.s8(0x98),
      first.s16(0x9c), first.s16(0x9e), first.u8(0xa0),
    ],
    h: [
      (second.u8(0xe3) << 4) | (shared & 0x0f), (second.u8(0xe1) << 4) | (shared >> 4), second.s8(0xe4), second.s8(0xe5), second.s8(0xe6),
      second.u8(0xe7), second.s8(0xe8),
    ],
    g: [second.s8(0xed), second.s16(0xeb), second.s8(0xee)],
    heaterValue: (heater[0]! << 24) >> 24,
    heaterRange: (heater[2]! >> 4) & 0x03,
  };
}

export function bme680(settings: BoschSettings): BoschChip {
  let words: Bme680Words;
  let lastGasTime = Number.NEGATIVE_INFINITY;
  let celsius = 0;
  const climateSeconds = TIMES.base + TIMES.each * settings.temperature + (TIMES.each * settings.pressure + TIMES.extra) + (TIMES.each * settings.humidity + TIMES.extra);

  async function waitForData(bus: ChipBus, seconds: number): Promise<void> {
    for (;;) {
      await bus.wait(seconds);
      const [status] = await bus.read([REGISTER.status], 1);
      if ((status! & NEW_DATA) !== 0 && (status! & BUSY) === 0) return;
    }
  }

  /** Ohms, or undefined when the chip has none. */
  async function readGas(bus: ChipBus): Promise<number | undefined> {
    const [high, low] = await bus.read([REGISTER.gas], 2);
    if ((low! & GAS.valid) === 0) return undefined;
    if ((low! & GAS.stable) === 0) bus.log("warning", "BME680: Gas heater didn't reach target");
    const [error] = await bus.read([REGISTER.switchingError], 1);
    return bme680Gas((high! << 2) | (low! >> 6), low! & GAS.range, error!);
  }

  return {
    fields: ["pressure", "humidity", "gas"],
    limitSubject: "BME680 temperature",
    failure: "BME680: Error reading data",
    async start(bus) {
      const [low, high] = await readCalibration(bus);
      await bus.write([REGISTER.config, settings.filter << 2]);
      await bus.write([REGISTER.ctrlHum, settings.humidity]);
      await bus.write([REGISTER.heaterTime, bme680DurationCode(settings.gasMilliseconds)]);
      words = bme680Words(low, high, await bus.read([REGISTER.heaterCalibration], 3));
      await bus.write([REGISTER.heaterResistance, bme680HeaterCode(settings.gasCelsius, celsius, words)]);
      await bus.write([REGISTER.heaterCurrent, HEATER_CURRENT]);
    },
    async measure(bus, eventTime) {
      const withGas = eventTime - lastGasTime > GAS_INTERVAL;
      if (withGas) await bus.write([REGISTER.runGas, RUN_GAS]);
      await bus.write([REGISTER.ctrlMeas, (settings.temperature << 5) | (settings.pressure << 2) | FORCED_MODE]);
      await waitForData(bus, climateSeconds + (withGas ? settings.gasMilliseconds / 1000 : 0));
      const data = new Words(await bus.read([REGISTER.data], 8), REGISTER.data);
      const fine = bme680Fine(data.u20be(0x22), words);
      celsius = celsiusOfFine(fine);
      const gas = withGas ? await readGas(bus) : undefined;
      if (gas !== undefined) {
        await bus.write([REGISTER.runGas, 0]);
        lastGasTime = bus.monotonic();
      }
      return {
        temperature: celsius,
        pressure: bme680Pressure(data.u20be(0x1f), fine, words),
        humidity: bme680Humidity(data.u16be(0x25), fine, words),
        ...(gas !== undefined && { gas }),
      };
    },
  };
}
