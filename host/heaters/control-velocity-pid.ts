/**
 * PID in velocity form: every reading changes the duty by the sum of its three terms, so a new target or
 * new gains do not make it jump. Derivatives are of the measurement, averaged over smooth_time.
 */
import { ProfiledControl } from "./profiled-control.js";
import type { ControlledHeater, ControlProfile, HeaterControl, PidGains } from "./heater-control.js";
import { boundPower, PID_SETTLE_DELTA, PID_SETTLE_SLOPE, profileGains } from "./heater-control.js";

export class ControlVelocityPid extends ProfiledControl implements HeaterControl {
  readonly gains: PidGains;
  /** The reading before the last and the last one. */
  private temps: [older: number, last: number];
  private lastTime = 0;
  private slope = 0;
  private curvature = 0;
  private pwm: number;

  constructor(profile: ControlProfile, heater: ControlledHeater, loadClean = false) {
    super(profile, heater);
    this.smoothByProfile();
    this.gains = profileGains(profile);
    const start = this.startTemp(loadClean);
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

    const p = -this.gains.kp * this.slope;
    const i = this.gains.ki * timeDiff * (targetTemp - temp);
    const d = -this.gains.kd * this.curvature;
    this.pwm = targetTemp === 0 ? 0 : boundPower(this.pwm + p + i + d, this.maxPower);
    this.heater.setPwm(readTime, this.pwm);
  }

  checkBusy(_eventTime: number, smoothedTemp: number, targetTemp: number): boolean {
    return Math.abs(targetTemp - smoothedTemp) > PID_SETTLE_DELTA || Math.abs(this.slope) > PID_SETTLE_SLOPE;
  }
}
