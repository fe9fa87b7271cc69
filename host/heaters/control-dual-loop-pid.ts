/**
 * Two PID loops on one heater: the outer one regulates the surface (primary sensor), the inner one keeps the
 * heating element (secondary sensor) below inner_target_temp; the smaller wish wins, and the other loop does not
 * integrate power that was never applied.
 */
import { ProfiledControl } from "./profiled-control.js";
import type { ControlledHeater, ControlProfile, HeaterControl } from "./heater-control.js";
import { boundPower, profileGains } from "./heater-control.js";
import { PidLoop } from "./pid-loop.js";

export class ControlDualLoopPid extends ProfiledControl implements HeaterControl {
  /** Degrees Celsius. */
  readonly innerTargetTemp: number;
  private readonly surface: PidLoop;
  private readonly element: PidLoop;

  constructor(profile: ControlProfile, heater: ControlledHeater, loadClean: boolean, innerTargetTemp: number) {
    super(profile, heater);
    this.smoothByProfile();
    this.innerTargetTemp = innerTargetTemp;
    const startTemp = this.startTemp(loadClean);
    const { inner_pid_kp = 0, inner_pid_ki = 0, inner_pid_kd = 0 } = profile;
    const innerProfile = { ...profile, pid_kp: inner_pid_kp, pid_ki: inner_pid_ki, pid_kd: inner_pid_kd };
    this.surface = new PidLoop(profileGains(profile), this.smoothTime, this.maxPower, startTemp);
    this.element = new PidLoop(profileGains(innerProfile), this.smoothTime, this.maxPower, startTemp);
  }

  temperatureUpdate(readTime: number, primaryTemp: number, targetTemp: number, secondaryTemp?: number): void {
    if (secondaryTemp === undefined) throw new RangeError("Secondary temperature must be provided!");
    const forSurface = this.surface.propose(readTime, primaryTemp, targetTemp);
    const forElement = this.element.propose(readTime, secondaryTemp, this.innerTargetTemp);
    const power = boundPower(Math.min(forSurface.power, forElement.power), this.maxPower);
    this.surface.settle(forSurface, power);
    this.element.settle(forElement, power);
    this.heater.setPwm(readTime, power);
  }

  checkBusy(_eventTime: number, smoothedTemp: number, targetTemp: number): boolean {
    return this.surface.isBusy(smoothedTemp, targetTemp);
  }
}
