/** What all control algorithms of a profile have in common. Times in s. */
import type { ControlledHeater, ControlProfile } from "./heater-control.js";
import { AMBIENT_TEMP } from "./heater-control.js";

export abstract class ProfiledControl {
  smoothTime: number;
  protected readonly heater: ControlledHeater;
  protected readonly maxPower: number;
  private readonly profile: ControlProfile;

  constructor(profile: ControlProfile, heater: ControlledHeater) {
    this.profile = profile;
    this.heater = heater;
    this.maxPower = heater.getMaxPower();
    this.smoothTime = heater.getSmoothTime();
  }

  /** Lets the profile's smooth_time rule the heater's smoothing too. */
  protected smoothByProfile(): void {
    this.smoothTime = this.getProfile().smooth_time ?? this.smoothTime;
    this.heater.setInvSmoothTime(1 / this.smoothTime);
  }

  /** Reading to start from, degrees Celsius. @param clean there is none yet. */
  protected startTemp(clean: boolean): number {
    return clean ? AMBIENT_TEMP : this.heater.currentTemp();
  }

  updateSmoothTime(): void {
    this.smoothTime = this.heater.getSmoothTime();
  }

  getProfile(): ControlProfile {
    return this.profile;
  }

  /** Name in option `control`. */
  getType(): string {
    return this.profile.control;
  }
}
