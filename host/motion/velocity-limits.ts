/** Limits of speed and acceleration of a toolhead, and what the planner derives from them. */
import type { ConfigSection } from "../config/config-section.js";

export class VelocityLimits {
  /** mm/s */
  maxVelocity: number;
  /** mm/s² */
  maxAccel: number;
  /** Share of each move, 0…1, that the smoothed profile wants to cruise. */
  minCruiseRatio: number;
  /** Speed, mm/s, at which a right angle is passed. */
  squareCornerVelocity: number;
  /** Limits as configured, by their names in Kalico. */
  readonly origCfg: Record<string, number>;
  /** mm by which the centripetal model may leave a corner. */
  junctionDeviation = 0;
  /** Acceleration, mm/s², of the smoothed profile. */
  maxAccelToDecel = 0;

  /** @throws ConfigError */
  constructor(config: ConfigSection) {
    this.maxVelocity = config.getFloat("max_velocity", { above: 0 });
    this.maxAccel = config.getFloat("max_accel", { above: 0 });
    this.minCruiseRatio = config.getFloat("minimum_cruise_ratio", { default: 0.5, below: 1, minval: 0 });
    this.squareCornerVelocity = config.getFloat("square_corner_velocity", { default: 5, minval: 0 });
    this.origCfg = {
      max_velocity: this.maxVelocity,
      max_accel: this.maxAccel,
      min_cruise_ratio: this.minCruiseRatio,
      square_corner_velocity: this.squareCornerVelocity,
    };
    this.calcJunctionDeviation();
  }

  /** [mm/s, mm/s²]. */
  getMaxVelocity(): [number, number] {
    return [this.maxVelocity, this.maxAccel];
  }

  /** Call after a change of maxAccel, minCruiseRatio or squareCornerVelocity. */
  calcJunctionDeviation(): void {
    const scv2 = this.squareCornerVelocity * this.squareCornerVelocity;
    this.junctionDeviation = (scv2 * (Math.sqrt(2) - 1)) / this.maxAccel;
    this.maxAccelToDecel = this.maxAccel * (1 - this.minCruiseRatio);
  }

  /** The same by Kalico's name: plugins that write the limits call it. */
  _calcJunctionDeviation(): void {
    this.calcJunctionDeviation();
  }

  setAccel(accel: number): void {
    this.maxAccel = accel;
    this.calcJunctionDeviation();
  }

  resetAccel(): void {
    this.setAccel(this.origCfg["max_accel"]!);
  }
}
