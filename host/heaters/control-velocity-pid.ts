/**
 * PID in velocity form: every reading changes the duty by the sum of its three terms, so a new target or
 * new gains do not make it jump. Derivatives are of the measurement, averaged over smooth_time.
 */
import type { ControlledHeater, ControlProfile, HeaterControl } from "./heater-control.js";
import { AMBIENT_TEMP, boundPower, PID_PARAM_BASE, PID_SETTLE_DELTA, PID_SETTLE_SLOPE } from "./heater-control.js";

export class ControlVelocityPid implements HeaterControl {
  private readonly profile: ControlProfile;
  private readonly heater: ControlledHeater;
  private readonly maxPower: number;
  Kp: number;
  Ki: number;
  Kd: number;
  smoothTime: number;
  /** The reading before the last and the last one. */
  private temps: [older: number, last: number];
  private lastTime = 0;
  private slope = 0;
  private curvature = 0;
  private pwm: number;

  constructor(profile: ControlProfile, heater: ControlledHeater, loadClean = false) {
    this.profile = profile;
    this.heater = heater;
    this.maxPower = heater.getMaxPower();
    this.Kp = (profile.pid_kp ?? 0) / PID_PARAM_BASE;
    this.Ki = (profile.pid_ki ?? 0) / PID_PARAM_BASE;
    this.Kd = (profile.pid_kd ?? 0) / PID_PARAM_BASE;
    this.smoothTime = profile.smooth_time ?? heater.getSmoothTime();
    heater.setInvSmoothTime(1 / this.smoothTime);
    const start = loadClean ? AMBIENT_TEMP : heater.currentTemp();
    this.temps = [start, start];
    this.pwm = loadClean ? 0 : heater.lastPwmValue;
  }

  temperatureUpdate(readTime: number, temp: number, targetTemp: number): void {
    const [older, last] = this.temps;
    const timeDiff = readTime - this.lastTime;
    this.temps = [last, temp];
    this.lastTime = readTime;

    const window = Math.max(1, this.smoothTime / timeDiff);
    this.slope = ((window - 1) * this.slope + (temp - last)) / window;
    this.curvature = ((window - 1) * this.curvature + (temp - 2 * last + older) / timeDiff) / window;

    const p = -this.Kp * this.slope;
    const i = this.Ki * timeDiff * (targetTemp - temp);
    const d = -this.Kd * this.curvature;
    this.pwm = targetTemp === 0 ? 0 : boundPower(this.pwm + p + i + d, this.maxPower);
    this.heater.setPwm(readTime, this.pwm);
  }

  checkBusy(_eventTime: number, smoothedTemp: number, targetTemp: number): boolean {
    return Math.abs(targetTemp - smoothedTemp) > PID_SETTLE_DELTA || Math.abs(this.slope) > PID_SETTLE_SLOPE;
  }

  updateSmoothTime(): void {
    this.smoothTime = this.heater.getSmoothTime();
  }

  getProfile(): ControlProfile {
    return this.profile;
  }

  getType(): string {
    return "pid_v";
  }
}
