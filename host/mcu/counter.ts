/**
 * Counts edges on an input pin (tachometers): the MCU polls the pin and reports count and clock of the last
 * edge every sample time. Kalico's MCU_counter and FrequencyCounter.
 */
import type { Printer } from "../printer/printer.js";
import type { MessageParams } from "../wire/index.js";
import type { Mcu } from "./mcu.js";
import type { PrinterPins } from "./pins.js";

/** Print time (s) of the report, edges so far, print time (s) of the last edge. Must not pause. */
export type CounterCallback = (printTime: number, count: number, countTime: number) => void;

/** Edges of one pin, extended beyond 32 bit. */
export class McuCounter {
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly pin: string;
  private readonly pullup: -1 | 0 | 1;
  private readonly sampleSeconds: number;
  private readonly pollSeconds: number;
  private pollTicks = 0;
  private lastCount = 0;
  private callback: CounterCallback | undefined;

  constructor(printer: Printer, pin: string, sampleSeconds: number, pollSeconds: number) {
    const params = printer.lookupObject<PrinterPins>("pins").lookupPin(pin, { canPullup: true });
    this.mcu = params.chip as Mcu;
    this.oid = this.mcu.createOid();
    this.pin = params.pin;
    this.pullup = params.pullup;
    this.sampleSeconds = sampleSeconds;
    this.pollSeconds = pollSeconds;
    this.mcu.registerConfigCallback(() => this.buildConfig());
  }

  /** Sets who gets the reports, one per sample time. */
  setupCallback(callback: CounterCallback): void {
    this.callback = callback;
  }

  private buildConfig(): void {
    const { mcu, oid } = this;
    mcu.addConfigCmd(`config_counter oid=${oid} pin=${this.pin} pull_up=${this.pullup}`);
    const clock = mcu.getQuerySlot(oid);
    this.pollTicks = mcu.secondsToClock(this.pollSeconds);
    const sampleTicks = mcu.secondsToClock(this.sampleSeconds);
    mcu.addConfigCmd(`query_counter oid=${oid} clock=${clock} poll_ticks=${this.pollTicks} sample_ticks=${sampleTicks}`, {
      isInit: true,
    });
    mcu.registerResponse((params) => this.handleCounterState(params), "counter_state", oid);
  }

  private handleCounterState(params: MessageParams): void {
    const { mcu } = this;
    const printTime = mcu.clockToPrintTime(mcu.clock32ToClock64(params.next_clock as number) - this.pollTicks);
    const countTime = mcu.clockToPrintTime(mcu.clock32ToClock64(params.count_clock as number));
    const newEdges = ((params.count as number) - this.lastCount) >>> 0;
    this.lastCount += newEdges;
    this.callback?.(printTime, this.lastCount, countTime);
  }
}

/** Frequency (Hz) of the edges on a pin; 0 when none came during a sample time. */
export class FrequencyCounter {
  private readonly counter: McuCounter;
  private lastTime: number | undefined;
  private lastCount = 0;
  private frequency = 0;
  private callback: ((printTime: number, frequency: number) => void) | undefined;

  constructor(printer: Printer, pin: string, sampleSeconds: number, pollSeconds: number) {
    this.counter = new McuCounter(printer, pin, sampleSeconds, pollSeconds);
    this.counter.setupCallback((printTime, count, countTime) => this.handleCount(printTime, count, countTime));
  }

  /** Sets who gets each new frequency. */
  setupCallback(callback: (printTime: number, frequency: number) => void): void {
    this.callback = callback;
  }

  getFrequency(): number {
    return this.frequency;
  }

  private handleCount(printTime: number, count: number, countTime: number): void {
    if (this.lastTime === undefined) {
      this.lastTime = printTime;
    } else {
      const elapsed = countTime - this.lastTime;
      if (elapsed > 0) {
        this.lastTime = countTime;
        this.frequency = (count - this.lastCount) / elapsed;
      } else {
        this.lastTime = printTime;
        this.frequency = 0;
      }
      this.callback?.(printTime, this.frequency);
    }
    this.lastCount = count;
  }
}
