/** AHT10, AHT20, AHT30: a measurement takes 80 ms, in which the status says busy; then status, 20 bits of humidity, 20 bits of temperature and a checksum. */
import type { Climate } from "./climate.js";
import type { I2cDevice } from "./device-table.js";

const COMMAND = { measure: 0xac, reset: 0xba, initialize: [0xe1, 0xbe] } as const;
const MEASUREMENT_SECONDS = 0.08;
const STATUS = { busy: 0x80, calibrated: 0x08, normal: 0x10 } as const;
const SCALE = 2 ** 20;

export class Aht implements I2cDevice {
  private readonly climate: Climate;
  private readonly calibratedAtStart: boolean;
  private calibrated: boolean;
  private doneAt = Number.NEGATIVE_INFINITY;
  private humidity = 0;
  private temperature = 0;

  /** @param calibratedAtStart false: needs its command first, as AHT10 does */
  constructor(climate: Climate, calibratedAtStart: boolean) {
    this.climate = climate;
    this.calibratedAtStart = calibratedAtStart;
    this.calibrated = calibratedAtStart;
  }

  write(data: Uint8Array): void {
    const command = data[0];
    if (command === COMMAND.reset) this.calibrated = this.calibratedAtStart;
    else if (COMMAND.initialize.some((code) => code === command)) this.calibrated = true;
    else if (command === COMMAND.measure && this.climate.seconds() >= this.doneAt) {
      this.doneAt = this.climate.seconds() + MEASUREMENT_SECONDS;
      this.humidity = code(this.climate.humidity() / 100);
      this.temperature = code((this.climate.celsius() + 50) / 200);
    }
  }

  read(register: Uint8Array, length: number): Uint8Array {
    this.write(register);
    const busy = this.climate.seconds() < this.doneAt ? STATUS.busy : 0;
    const status = STATUS.normal | (this.calibrated ? STATUS.calibrated : 0) | busy;
    const { humidity, temperature } = this;
    const bytes = [
      status, humidity >> 12, (humidity >> 4) & 0xff, ((humidity & 0x0f) << 4) | (temperature >> 16), (temperature >> 8) & 0xff, temperature & 0xff,
    ];
    return Uint8Array.from({ length }, (_, i) => bytes[i] ?? 0xff);
  }
}

const code = (share: number): number => Math.min(SCALE - 1, Math.max(0, Math.round(share * SCALE)));
