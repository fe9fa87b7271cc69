/** Two-point control: full power from target - max_delta upwards until target + max_delta is reached. */
import type { ControlledHeater, ControlProfile, HeaterControl } from "./heater-control.js";

export class ControlBangBang implements HeaterControl {
  private readonly profile: ControlProfile;
  private readonly heater: ControlledHeater;
  private readonly maxPower: number;
  private readonly maxDelta: number;
  smoothTime: number;
  heating = false;

  constructor(profile: ControlProfile, heater: ControlledHeater, _loadClean = false) {
    this.profile = profile;
    this.heater = heater;
    this.maxPower = heater.getMaxPower();
    this.maxDelta = profile.max_delta ?? 2;
    this.smoothTime = heater.getSmoothTime();
  }

  temperatureUpdate(readTime: number, temp: number, targetTemp: number): void {
    if (this.heating) this.heating = temp < targetTemp + this.maxDelta;
    else this.heating = temp <= targetTemp - this.maxDelta;
    this.heater.setPwm(readTime, this.heating ? this.maxPower : 0);
  }

  checkBusy(_eventTime: number, smoothedTemp: number, targetTemp: number): boolean {
    return smoothedTemp < targetTemp - this.maxDelta;
  }

  updateSmoothTime(): void {
    this.smoothTime = this.heater.getSmoothTime();
  }

  getProfile(): ControlProfile {
    return this.profile;
  }

  getType(): string {
    return "watermark";
  }
}
