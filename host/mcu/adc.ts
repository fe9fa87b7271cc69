/**
 * An analog input pin: the MCU sums `sampleCount` readings every report time and sends the sum; the callback
 * gets the mean as a fraction 0…1 of the reference voltage with the print time of the reading. The MCU
 * itself shuts down when the sum leaves [minval, maxval] `rangeCheckCount` times in a row.
 */
import type { MessageParams } from "../wire/index.js";
import type { Mcu } from "./mcu.js";
import type { PinParams } from "./pins.js";

/** Print time (s) of the reading and its value (0…1). Runs in the reader of the port: it must not pause. */
export type AdcCallback = (readTime: number, value: number) => void;

/** Options of `setupMinmax`; Kalico's keyword arguments and defaults. */
export interface AdcRange {
  minval?: number;
  maxval?: number;
  rangeCheckCount?: number;
}

const clampWord = (value: number): number => Math.max(0, Math.min(0xffff, value));

/** Kalico's MCU_adc; made by `pins.setupPin("adc", desc)`. */
export class McuAdc {
  private readonly mcu: Mcu;
  private readonly pin: string;
  private oid = -1;
  private minSample = 0;
  private maxSample = 0;
  private rangeCheckCount = 0;
  private sampleSeconds = 0;
  private sampleCount = 0;
  private reportSeconds = 0;
  private reportTicks = 0;
  private inverseMaxAdc = 0;
  private lastState: [value: number, readTime: number] = [0, 0];
  private callback: AdcCallback | undefined;

  constructor(mcu: Mcu, pinParams: PinParams) {
    this.mcu = mcu;
    this.pin = pinParams.pin;
    mcu.registerConfigCallback(() => this.buildConfig());
  }

  getMcu(): Mcu {
    return this.mcu;
  }

  /** Time (s) between the samples of one reading, their number, and the range that the MCU enforces. */
  setupMinmax(sampleSeconds: number, sampleCount: number, range: AdcRange = {}): void {
    this.sampleSeconds = sampleSeconds;
    this.sampleCount = sampleCount;
    this.minSample = range.minval ?? 0;
    this.maxSample = range.maxval ?? 1;
    this.rangeCheckCount = range.rangeCheckCount ?? 0;
  }

  /** Period (s) of the readings and who gets them. */
  setupAdcCallback(reportSeconds: number, callback: AdcCallback): void {
    this.reportSeconds = reportSeconds;
    this.callback = callback;
  }

  /** Last value (0…1) and its print time (s); zeros before the first reading. */
  getLastValue(): [value: number, readTime: number] {
    return this.lastState;
  }

  private buildConfig(): void {
    if (this.sampleCount === 0) return;
    const { mcu } = this;
    this.oid = mcu.createOid();
    mcu.addConfigCmd(`config_analog_in oid=${this.oid} pin=${this.pin}`);
    const clock = mcu.getQuerySlot(this.oid);
    const sampleTicks = mcu.secondsToClock(this.sampleSeconds);
    const maxAdc = this.sampleCount * mcu.getConstantFloat("ADC_MAX");
    this.inverseMaxAdc = 1 / maxAdc;
    this.reportTicks = mcu.secondsToClock(this.reportSeconds);
    const minSum = clampWord(Math.trunc(this.minSample * maxAdc));
    const maxSum = clampWord(Math.ceil(this.maxSample * maxAdc));
    mcu.addConfigCmd(
      `query_analog_in oid=${this.oid} clock=${clock} sample_ticks=${sampleTicks} sample_count=${this.sampleCount}` +
        ` rest_ticks=${this.reportTicks} min_value=${minSum} max_value=${maxSum} range_check_count=${this.rangeCheckCount}`,
      { isInit: true },
    );
    mcu.registerResponse((params) => this.handleAnalogInState(params), "analog_in_state", this.oid);
  }

  private handleAnalogInState(params: MessageParams): void {
    const value = (params.value as number) * this.inverseMaxAdc;
    // next_clock is the start of the next reading: this one began a report time before.
    const readClock = this.mcu.clock32ToClock64(params.next_clock as number) - this.reportTicks;
    const readTime = this.mcu.clockToPrintTime(readClock);
    this.lastState = [value, readTime];
    this.callback?.(readTime, value);
  }
}
