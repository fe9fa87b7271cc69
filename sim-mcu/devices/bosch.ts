/**
 * Environment chips of Bosch: BMP280, BME280, BMP388, BMP180, BME680 as register files. A chip answers with the codes that its calibration words turn into the air around
 * it; conversions take the times of the data sheets. Simplified: filters and oversampling change times only, as this air has no noise; after a reset nothing is read for 2 ms.
 */
import { bme280Percent, BME680, bme680Fine, bme680Pascal, bme680Percent, BMP180, bmp180Fine, bmp180Pascal, BMP388, bmp388Celsius, bmp388Pascal, BMX280, bmx280Fine, bmx280Pascal, codeOf } from "./bosch-codes.js";
import type { Climate } from "./climate.js";
import type { I2cDevice } from "./device-table.js";

const RESET_VALUE = 0xb6;
const FINE_PER_DEGREE = 5120;
const le = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff];
const be = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
/** Twenty bits at the top of three bytes. */
const top20 = (code: number): number[] => [code >> 12, (code >> 4) & 0xff, (code & 0x0f) << 4];

/** Registers behind a pointer that goes on by itself when reading; writing takes pairs of register and value. */
abstract class BoschChip implements I2cDevice {
  protected readonly memory = new Uint8Array(256);
  protected readonly climate: Climate;
  protected readonly fixed: readonly (readonly [register: number, bytes: readonly number[]])[];
  private pointer = 0;

  constructor(climate: Climate, fixed: readonly (readonly [number, readonly number[]])[]) {
    this.climate = climate;
    this.fixed = fixed;
    this.reset();
  }

  write(data: Uint8Array): void {
    if (data.length > 0) this.pointer = data[0]!;
    for (let i = 0; i + 1 < data.length; i += 2) this.store(data[i]!, data[i + 1]!);
  }

  read(register: Uint8Array, length: number): Uint8Array {
    this.write(register);
    this.refresh();
    return Uint8Array.from({ length }, (_, i) => this.memory[(this.pointer + i) & 0xff]!);
  }

  protected reset(): void {
    this.memory.fill(0);
    for (const [register, bytes] of this.fixed) this.memory.set(bytes, register);
  }

  protected store(register: number, value: number): void {
    this.memory[register] = value;
  }

  /** Brings status and results up to the present. */
  protected abstract refresh(): void;
}

/** Code whose fine temperature is nearest to the air's. */
const temperatureCode = (celsius: number, bits: number, fineOf: (code: number) => number): number => codeOf(celsius * FINE_PER_DEGREE, bits, fineOf);

const factor = (code: number): number => (code === 0 ? 0 : 2 ** (Math.min(5, code) - 1));

export class Bmx280 extends BoschChip {
  private readonly hasHumidity: boolean;
  private startedAt = Number.POSITIVE_INFINITY;

  constructor(climate: Climate, hasHumidity: boolean) {
    const [h1, h2, h3, h4, h5, h6] = BMX280.H;
    super(climate, [
      [0x88, [...BMX280.T, ...BMX280.P].flatMap(le)], [0xd0, [hasHumidity ? 0x60 : 0x58]],
      ...(hasHumidity ? [[0xa1, [h1]], [0xe1, [...le(h2), h3, h4 >> 4, (h4 & 0x0f) | ((h5 & 0x0f) << 4), h5 >> 4, h6]]] as const : []),
      // What is read before the first conversion.
      [0xf7, [0x80, 0, 0, 0x80, 0, 0, 0x80, 0]],
    ]);
    this.hasHumidity = hasHumidity;
  }

  protected override store(register: number, value: number): void {
    if (register === 0xe0) {
      if (value === RESET_VALUE) this.reset();
      this.startedAt = Number.POSITIVE_INFINITY;
      return;
    }
    super.store(register, value);
    if (register === 0xf4) this.startedAt = (value & 3) === 0 ? Number.POSITIVE_INFINITY : this.climate.seconds();
  }

  protected refresh(): void {
    const control = this.memory[0xf4]!;
    const humidity = this.hasHumidity ? factor(this.memory[0xf2]! & 7) : 0;
    const [temperature, pressure] = [factor(control >> 5), factor((control >> 2) & 7)];
    const seconds = 0.00125 + 0.0023 * (temperature + pressure + humidity) + (pressure > 0 ? 0.000575 : 0) + (humidity > 0 ? 0.000575 : 0);
    const isReady = this.climate.seconds() - this.startedAt >= seconds;
    this.memory[0xf3] = isReady || this.startedAt === Number.POSITIVE_INFINITY ? 0 : 8;
    if (!isReady) return;
    const code = temperatureCode(this.climate.celsius(), 20, (candidate) => bmx280Fine(candidate, BMX280.T));
    const fine = bmx280Fine(code, BMX280.T);
    // Pressure falls as its code rises.
    const pressureCode = codeOf(-this.climate.pascal(), 20, (candidate) => -bmx280Pascal(candidate, fine, BMX280.P));
    this.memory.set([...top20(pressureCode), ...top20(code)], 0xf7);
    if (this.hasHumidity) this.memory.set(be(codeOf(this.climate.humidity(), 16, (candidate) => bme280Percent(candidate, fine, BMX280.H))), 0xfd);
    // One conversion, then asleep.
    if ((control & 3) !== 3) [this.memory[0xf4], this.startedAt] = [control & 0xfc, Number.POSITIVE_INFINITY];
  }
}

export class Bmp388 extends BoschChip {
  constructor(climate: Climate) {
    const [t1, t2, t3] = BMP388.T;
    const [p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11] = BMP388.P;
    super(climate, [
      [0x00, [0x50]], [0x03, [0x10]],
      [0x31, [...le(t1), ...le(t2), t3, ...le(p1), ...le(p2), p3, p4, ...le(p5), ...le(p6), p7, p8, ...le(p9), p10, p11]],
    ]);
  }

  protected override store(register: number, value: number): void {
    if (register === 0x7e && value === RESET_VALUE) this.reset();
    else super.store(register, value);
  }

  protected refresh(): void {
    // Both sensors on, normal mode: there is always something new at 50 Hz.
    const isOn = (this.memory[0x1b]! & 0x33) === 0x33;
    this.memory[0x03] = isOn ? 0x70 : 0x10;
    if (!isOn) return;
    const code = codeOf(this.climate.celsius(), 24, bmp388Celsius);
    const celsius = bmp388Celsius(code);
    const pressure = codeOf(-this.climate.pascal(), 24, (candidate) => -bmp388Pascal(candidate, celsius));
    this.memory.set([...le(pressure), pressure >> 16, ...le(code), code >> 16], 0x04);
  }
}

/** Typical times by oversampling. A result that is read too early is the one before. */
const BMP180_PRESSURE_SECONDS = [0.003, 0.005, 0.009, 0.017] as const;

export class Bmp180 extends BoschChip {
  private command = 0;
  private doneAt = Number.POSITIVE_INFINITY;
  private fine = 0;

  constructor(climate: Climate) {
    super(climate, [[0xd0, [0x55]], [0xaa, [...BMP180.AC, ...BMP180.B, ...BMP180.M].flatMap(be)], [0xf6, [0x80, 0, 0]]]);
  }

  protected override store(register: number, value: number): void {
    if (register === 0xe0 && value === RESET_VALUE) this.reset();
    if (register !== 0xf4) return;
    this.command = value;
    const isPressure = (value & 0x3f) === 0x34;
    this.doneAt = this.climate.seconds() + (isPressure ? BMP180_PRESSURE_SECONDS[value >> 6]! : 0.003);
  }

  protected refresh(): void {
    if (this.climate.seconds() < this.doneAt) return;
    this.doneAt = Number.POSITIVE_INFINITY;
    if (this.command === 0x2e) {
      const code = codeOf(this.climate.celsius() * 160 - 8, 16, bmp180Fine);
      this.fine = bmp180Fine(code);
      this.memory.set([...be(code), 0], 0xf6);
    } else {
      const oversampling = this.command >> 6;
      const code = codeOf(this.climate.pascal(), 16 + oversampling, (candidate) => bmp180Pascal(candidate, this.fine, oversampling)) << (8 - oversampling);
      this.memory.set([code >> 16, (code >> 8) & 0xff, code & 0xff], 0xf6);
    }
  }
}

/** Resistance of the gas sensor in this air, when it is hot: code and range. 50 kΩ. */
const GAS = { code: 583, range: 7 } as const;

export class Bme680 extends BoschChip {
  private doneAt = Number.POSITIVE_INFINITY;

  constructor(climate: Climate) {
    const [h1, h2, ...h] = BME680.H;
    const [p1, p2, p3, p4, p5, p6, p7, p8, p9, p10] = BME680.P;
    const [g1, g2, g3] = BME680.G;
    super(climate, [
      [0x00, [BME680.heaterValue]], [0x02, [BME680.heaterRange << 4]], [0x04, [BME680.switchingError << 4]], [0xd0, [0x61]],
      [0x8a, [...le(BME680.T[1]), BME680.T[2], 0, ...le(p1), ...le(p2), p3, 0, ...le(p4), ...le(p5), p7, p6, 0, 0, ...le(p8), ...le(p9), p10]],
      [0xe1, [h2 >> 4, ((h2 & 0x0f) << 4) | (h1 & 0x0f), h1 >> 4, ...h, ...le(BME680.T[0]), ...le(g2), g1, g3]],
    ]);
  }

  protected override store(register: number, value: number): void {
    if (register === 0xe0) {
      if (value === RESET_VALUE) this.reset();
      return;
    }
    super.store(register, value);
    if (register !== 0x74 || (value & 3) !== 1) return;
    const [temperature, pressure, humidity] = [factor(value >> 5), factor((value >> 2) & 7), factor(this.memory[0x72]! & 7)];
    // Ordinary times, below the longest that hosts wait for.
    const climateSeconds = 0.001 + 0.002 * (temperature + pressure + humidity) + 0.0005 * 2;
    this.doneAt = this.climate.seconds() + climateSeconds + ((this.memory[0x71]! & 0x10) !== 0 ? this.heatingSeconds() : 0);
    this.memory[0x1d] = 0x20;
  }

  private heatingSeconds(): number {
    const code = this.memory[0x64]!;
    return ((code & 0x3f) * 4 ** (code >> 6)) / 1000;
  }

  protected refresh(): void {
    if (this.climate.seconds() < this.doneAt) return;
    this.doneAt = Number.POSITIVE_INFINITY;
    const code = temperatureCode(this.climate.celsius(), 20, bme680Fine);
    const fine = bme680Fine(code);
    const pressure = codeOf(-this.climate.pascal(), 20, (candidate) => -bme680Pascal(candidate, fine));
    const humidity = codeOf(this.climate.humidity(), 16, (candidate) => bme680Percent(candidate, fine));
    this.memory.set([0x80], 0x1d);
    this.memory.set([...top20(pressure), ...top20(code), ...be(humidity)], 0x1f);
    const withGas = (this.memory[0x71]! & 0x10) !== 0;
    // Valid and stable, where the plate was heated.
    this.memory.set(withGas ? [GAS.code >> 2, ((GAS.code & 3) << 6) | 0x30 | GAS.range] : [0, 0], 0x2a);
    this.memory[0x74] = this.memory[0x74]! & 0xfc;
  }
}
