/**
 * Relay test of a heater: full power below target - 2.5, off above target + 2.5, until the power at which the
 * oscillation is symmetric has settled. Period and amplitude of the oscillation give the PID gains after
 * Ziegler and Nichols.
 */
import type { ControlProfile, HeaterControl } from "./heater-control.js";
import { PID_PARAM_BASE } from "./heater-control.js";

const TUNE_PID_DELTA = 5;
const TUNE_PID_SAMPLES = 3;
const TUNE_PID_MAX_PEAKS = 60;
/** Default for the largest difference of the last powers that counts as settled. */
export const TUNE_PID_TOL = 0.02;

/** The heater under test. */
export interface TunedHeater {
  getMaxPower(): number;
  setPwm(readTime: number, value: number): void;
  alterTarget(celsius: number): void;
}

interface Peak {
  time: number;
  temp: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export class ControlAutoTune implements HeaterControl {
  private readonly heater: TunedHeater;
  private readonly target: number;
  private readonly tolerance: number;
  private readonly report: (message: string) => void;
  private readonly tempHigh: number;
  private readonly tempLow: number;
  /** Power of every sample; the last is the one in use. */
  private readonly powers: number[];
  private readonly peaks: Peak[] = [];
  private peakTemp: number;
  private peakTimes: number[] = [];
  private heating = false;
  private started = false;
  private targetCrossed = false;
  private done = false;
  /** Did the test end without a result? */
  errored = false;

  /** @param target degrees Celsius. @param report gets progress for the user. */
  constructor(heater: TunedHeater, target: number, tolerance: number, report: (message: string) => void) {
    this.heater = heater;
    this.target = target;
    this.tolerance = tolerance;
    this.report = report;
    this.tempHigh = target + TUNE_PID_DELTA / 2;
    this.tempLow = target - TUNE_PID_DELTA / 2;
    this.powers = [heater.getMaxPower()];
    this.peakTemp = target;
  }

  temperatureUpdate(readTime: number, temp: number): void {
    if (this.done) return;
    if (!this.started && temp >= this.tempLow) {
      this.fail(readTime, "temperature is too high to start calibration");
      return;
    }
    this.started = true;
    if (this.peaks.length > TUNE_PID_MAX_PEAKS) {
      this.fail(readTime, "calibration did not finish in time");
      return;
    }
    if (temp > this.target) this.targetCrossed = true;
    if (this.targetCrossed && this.followPeaks(readTime, temp)) {
      this.finish(readTime);
      return;
    }
    this.switchRelay(readTime, temp);
  }

  private switchRelay(readTime: number, temp: number): void {
    if (this.heating && temp >= this.tempHigh) {
      this.heating = false;
      this.heater.alterTarget(this.tempLow);
    }
    if (!this.heating && temp <= this.tempLow) {
      this.heating = true;
      this.heater.alterTarget(this.tempHigh);
    }
    this.heater.setPwm(readTime, this.heating ? this.powers.at(-1)! : 0);
  }

  /** @returns true when the powers have settled. */
  private followPeaks(readTime: number, temp: number): boolean {
    if (temp > this.tempHigh || temp < this.tempLow) this.extendPeak(readTime, temp);
    if (this.peakTemp > this.tempHigh && temp < this.target) this.storePeak();
    if (this.peakTemp < this.tempLow && temp > this.target) this.storePeak();
    if (this.powers.length * 2 !== this.peaks.length - 1) return false;
    this.reportSample();
    if (this.powerSpread() <= this.tolerance) return true;
    this.setPower();
    return false;
  }

  private extendPeak(readTime: number, temp: number): void {
    const isFarther = temp > this.target ? temp > this.peakTemp : temp < this.peakTemp;
    if (isFarther) {
      this.peakTemp = temp;
      this.peakTimes = [readTime];
    } else if (temp === this.peakTemp) {
      this.peakTimes.push(readTime);
    }
  }

  private storePeak(): void {
    this.peaks.push({ time: mean(this.peakTimes), temp: this.peakTemp });
    this.peakTemp = this.target;
    this.peakTimes = [];
  }

  /** Largest difference of the last powers; infinite until there are enough. */
  private powerSpread(): number {
    if (this.powers.length < TUNE_PID_SAMPLES + 1) return Infinity;
    const last = this.powers.slice(-(TUNE_PID_SAMPLES + 1));
    return Math.max(...last) - Math.min(...last);
  }

  private reportSample(): void {
    const asymmetry = (this.peaks.at(-2)!.temp + this.peaks.at(-1)!.temp) / 2 - this.target;
    const spread = this.powerSpread();
    this.report(
      `sample:${this.powers.length} pwm:${this.powers.at(-1)!.toFixed(4)} asymmetry:${asymmetry.toFixed(4)} ` +
        `tolerance:${spread === Infinity ? "n/a" : spread.toFixed(4)}\n`);
  }

  /** Next power: twice the mean power of the last oscillation, which makes it symmetric. */
  private setPower(): void {
    const low = this.peaks.at(-2)!.temp, high = this.peaks.at(-1)!.temp;
    const middle = this.powers.at(-1)! * ((this.target - low) / (high - low));
    this.powers.push(Math.min(middle * 2, this.heater.getMaxPower()));
  }

  private fail(readTime: number, message: string): void {
    this.errored = true;
    this.finish(readTime);
    this.report(message);
  }

  private finish(readTime: number): void {
    this.heater.setPwm(readTime, 0);
    this.heater.alterTarget(0);
    this.done = true;
    this.heating = false;
  }

  checkBusy(): boolean {
    return !this.done;
  }

  /** Gains of the finished test, in the units of the configuration. */
  calcPid(): { kp: number; ki: number; kd: number } {
    const differences: number[] = [], periods: number[] = [];
    for (let i = 1; i < TUNE_PID_SAMPLES * 2; i += 2) {
      differences.push(this.peaks.at(-i)!.temp - this.peaks.at(-i - 1)!.temp);
      periods.push(this.peaks.at(-i)!.time - this.peaks.at(-i - 2)!.time);
    }
    const amplitude = 0.5 * Math.abs(mean(differences));
    const ultimateGain = (4 * mean(this.powers.slice(-TUNE_PID_SAMPLES))) / (Math.PI * amplitude);
    const ultimatePeriod = mean(periods);
    const kp = 0.6 * ultimateGain * PID_PARAM_BASE;
    return { kp, ki: kp / (0.5 * ultimatePeriod), kd: kp * 0.125 * ultimatePeriod };
  }

  updateSmoothTime(): void {
    // The test has no smoothing of its own.
  }

  getProfile(): ControlProfile {
    return { control: "autotune", name: "autotune" };
  }

  getType(): string {
    return "autotune";
  }
}
