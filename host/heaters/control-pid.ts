/** Control "pid": one loop; the heater gets what the loop wants, within its limits. */
import { ProfiledControl } from "./profiled-control.js";
import type { ControlledHeater, ControlProfile, HeaterControl, PidGains } from "./heater-control.js";
import { boundPower, profileGains } from "./heater-control.js";
import { PidLoop } from "./pid-loop.js";

export class ControlPid extends ProfiledControl implements HeaterControl {
  private readonly loop: PidLoop;

  /** @param loadClean start from ambient temperature, not from a reading. */
  constructor(profile: ControlProfile, heater: ControlledHeater, loadClean = false) {
    super(profile, heater);
    this.smoothByProfile();
    this.loop = new PidLoop(profileGains(profile), this.smoothTime, this.maxPower, this.startTemp(loadClean));
  }

  get gains(): PidGains {
    return this.loop.gains;
  }

  /** Area between target and temperature since the loop began, degrees times seconds. */
  get prevTempInteg(): number {
    return this.loop.area;
  }

  temperatureUpdate(readTime: number, temp: number, targetTemp: number): void {
    const proposal = this.loop.propose(readTime, temp, targetTemp);
    const power = boundPower(proposal.power, this.maxPower);
    this.loop.settle(proposal, power);
    this.heater.setPwm(readTime, power);
  }

  checkBusy(_eventTime: number, smoothedTemp: number, targetTemp: number): boolean {
    return this.loop.isBusy(smoothedTemp, targetTemp);
  }
}
