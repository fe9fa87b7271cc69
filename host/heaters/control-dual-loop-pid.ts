/**
 * Two PID loops on one heater: the outer one regulates the surface (primary sensor), the inner one keeps the
 * heating element (secondary sensor) below inner_target_temp; the smaller demand wins and the other loop
 * does not integrate power that was never applied.
 */
import { ControlPid } from "./control-pid.js";
import type { ControlledHeater, ControlProfile, HeaterControl } from "./heater-control.js";
import { boundPower } from "./heater-control.js";

export class ControlDualLoopPid implements HeaterControl {
  private readonly profile: ControlProfile;
  private readonly heater: ControlledHeater;
  readonly primaryPid: ControlPid;
  readonly secondaryPid: ControlPid;
  /** Degrees Celsius. */
  readonly innerTargetTemp: number;
  smoothTime: number;

  constructor(profile: ControlProfile, heater: ControlledHeater, loadClean: boolean, innerTargetTemp: number) {
    this.profile = profile;
    this.heater = heater;
    this.innerTargetTemp = innerTargetTemp;
    this.primaryPid = new ControlPid(profile, heater, loadClean);
    this.secondaryPid = new ControlPid(profile, heater, loadClean, {
      kp: profile.inner_pid_kp ?? 0, ki: profile.inner_pid_ki ?? 0, kd: profile.inner_pid_kd ?? 0,
    });
    this.smoothTime = heater.getSmoothTime();
  }

  temperatureUpdate(readTime: number, primaryTemp: number, targetTemp: number, secondaryTemp?: number): void {
    if (secondaryTemp === undefined) throw new RangeError("Secondary temperature must be provided!");
    const loops = [
      { pid: this.primaryPid, temp: primaryTemp, target: targetTemp },
      { pid: this.secondaryPid, temp: secondaryTemp, target: this.innerTargetTemp },
    ].map(({ pid, temp, target }) => {
      const integBefore = pid.prevTempInteg;
      return { pid, integBefore, output: pid.calculateOutput(readTime, temp, target)[0] };
    });
    const bounded = boundPower(Math.min(...loops.map((loop) => loop.output)), this.heater.getMaxPower());
    for (const loop of loops) if (loop.output !== bounded) loop.pid.prevTempInteg = loop.integBefore;
    this.heater.setPwm(readTime, bounded);
  }

  checkBusy(eventTime: number, smoothedTemp: number, targetTemp: number): boolean {
    return this.primaryPid.checkBusy(eventTime, smoothedTemp, targetTemp);
  }

  updateSmoothTime(): void {
    this.smoothTime = this.heater.getSmoothTime();
  }

  getProfile(): ControlProfile {
    return this.profile;
  }

  getType(): string {
    return "dual_loop_pid";
  }
}
