/** Control "watermark": full power from target - max_delta upwards until target + max_delta is reached. */
import { ProfiledControl } from "./profiled-control.js";
import type { ControlledHeater, ControlProfile, HeaterControl } from "./heater-control.js";

export class ControlBangBang extends ProfiledControl implements HeaterControl {
  heating = false;
  private readonly maxDelta: number;

  constructor(profile: ControlProfile, heater: ControlledHeater, _loadClean = false) {
    super(profile, heater);
    this.maxDelta = profile.max_delta ?? 2;
  }

  temperatureUpdate(readTime: number, temp: number, targetTemp: number): void {
    this.heating = this.heating ? temp < targetTemp + this.maxDelta : temp <= targetTemp - this.maxDelta;
    this.heater.setPwm(readTime, this.heating ? this.maxPower : 0);
  }

  checkBusy(_eventTime: number, smoothedTemp: number, targetTemp: number): boolean {
    return smoothedTemp < targetTemp - this.maxDelta;
  }
}
