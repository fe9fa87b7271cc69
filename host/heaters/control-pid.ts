/**
 * PID control of a heater: the derivative acts on the measurement and is averaged over smooth_time,
 * the integral is limited to what full power needs and held while the output saturates.
 */
import type { ControlledHeater, ControlProfile, HeaterControl } from "./heater-control.js";
import { AMBIENT_TEMP, boundPower, PID_PARAM_BASE, PID_SETTLE_DELTA, PID_SETTLE_SLOPE } from "./heater-control.js";

/** Gains in the units of the configuration. */
export interface PidGains {
  kp: number;
  ki: number;
  kd: number;
}

/** Positional PID; names of its state are Kalico's, since calibration tools read them. */
export class ControlPid implements HeaterControl {
  protected readonly profile: ControlProfile;
  protected readonly heater: ControlledHeater;
  private readonly maxPower: number;
  private readonly minDerivTime: number;
  private tempIntegMax: number;
  Kp: number;
  Ki: number;
  Kd: number;
  smoothTime: number;
  prevTemp: number;
  prevTempTime = 0;
  prevTempDeriv = 0;
  prevTempInteg = 0;

  /** @param gains taken from the profile when left out. @param loadClean start from ambient temperature. */
  constructor(profile: ControlProfile, heater: ControlledHeater, loadClean = false, gains?: PidGains) {
    this.profile = profile;
    this.heater = heater;
    this.maxPower = heater.getMaxPower();
    this.Kp = (gains?.kp ?? profile.pid_kp ?? 0) / PID_PARAM_BASE;
    this.Ki = (gains?.ki ?? profile.pid_ki ?? 0) / PID_PARAM_BASE;
    this.Kd = (gains?.kd ?? profile.pid_kd ?? 0) / PID_PARAM_BASE;
    this.minDerivTime = profile.smooth_time ?? heater.getSmoothTime();
    this.smoothTime = this.minDerivTime;
    heater.setInvSmoothTime(1 / this.minDerivTime);
    this.tempIntegMax = this.Ki !== 0 ? this.maxPower / this.Ki : 0;
    this.prevTemp = loadClean ? AMBIENT_TEMP : heater.currentTemp();
  }

  /** One step of the algorithm. @returns the wanted duty, without and with its limits. */
  calculateOutput(readTime: number, temp: number, targetTemp: number): [output: number, bounded: number] {
    const timeDiff = readTime - this.prevTempTime;
    const tempDiff = temp - this.prevTemp;
    const deriv = timeDiff >= this.minDerivTime
      ? tempDiff / timeDiff
      : (this.prevTempDeriv * (this.minDerivTime - timeDiff) + tempDiff) / this.minDerivTime;
    const error = targetTemp - temp;
    const integ = boundPower(this.prevTempInteg + error * timeDiff, this.tempIntegMax);
    const output = this.Kp * error + this.Ki * integ - this.Kd * deriv;
    const bounded = boundPower(output, this.maxPower);

    this.prevTemp = temp;
    this.prevTempTime = readTime;
    this.prevTempDeriv = deriv;
    if (output === bounded) this.prevTempInteg = integ;
    return [output, bounded];
  }

  temperatureUpdate(readTime: number, temp: number, targetTemp: number): void {
    this.heater.setPwm(readTime, this.calculateOutput(readTime, temp, targetTemp)[1]);
  }

  checkBusy(_eventTime: number, smoothedTemp: number, targetTemp: number): boolean {
    return Math.abs(targetTemp - smoothedTemp) > PID_SETTLE_DELTA || Math.abs(this.prevTempDeriv) > PID_SETTLE_SLOPE;
  }

  updateSmoothTime(): void {
    this.smoothTime = this.heater.getSmoothTime();
  }

  getProfile(): ControlProfile {
    return this.profile;
  }

  getType(): string {
    return "pid";
  }
}
