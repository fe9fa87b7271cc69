/**
 * Limits of speed and acceleration per axis, as limited_cartesian and limited_corexz have them: a move is as fast as its
 * slowest axis allows. mm/s, mm/s^2.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { Move } from "../move.js";
import type { GcodeCommand } from "../ports.js";
import type { Toolhead } from "../surface.js";

type PerAxis = readonly [number, number, number];

export class AxisLimits {
  velocities: PerAxis;
  accels: PerAxis;
  /** X and Y accelerations are shares of the present one instead of limits by themselves. */
  isScaled: boolean;
  private readonly toolhead: Toolhead;

  /** @param bounds of what may be configured, and the default speed */
  constructor(toolhead: Toolhead, config: ConfigSection, bounds: { defaultVelocity: number; maxVelocity?: number; maxAccel?: number }) {
    this.toolhead = toolhead;
    const [, maxAccel] = toolhead.getMaxVelocity();
    const read = (name: string, fallback: number, maxval: number | undefined): PerAxis =>
      ["x", "y", "z"].map((axis) => config.getFloat(`max_${axis}_${name}`, { default: fallback, above: 0, maxval: maxval ?? null })) as unknown as PerAxis;
    this.velocities = read("velocity", bounds.defaultVelocity, bounds.maxVelocity);
    this.accels = read("accel", maxAccel, bounds.maxAccel);
    this.isScaled = config.getBoolean("scale_xy_accel", { default: false });
  }

  /** Takes over the parameters of SET_KINEMATICS_LIMIT. @throws CommandError */
  update(gcmd: GcodeCommand): void {
    const read = (name: string, present: PerAxis): PerAxis =>
      present.map((value, axis) => gcmd.getFloat(`${"XYZ"[axis]!}_${name}`, { default: value, above: 0 })) as unknown as PerAxis;
    this.velocities = read("VELOCITY", this.velocities);
    this.accels = read("ACCEL", this.accels);
    this.isScaled = gcmd.getInt("SCALE", { default: this.isScaled ? 1 : 0, minval: 0, maxval: 1 }) === 1;
  }

  /** Raises the limits of X and Y. Returns what puts them back. */
  lift(velocity: number, accel: number): () => void {
    const { velocities, accels, isScaled } = this;
    this.velocities = [velocity, velocity, velocities[2]];
    this.accels = [accel, accel, accels[2]];
    this.isScaled = false;
    return () => Object.assign(this, { velocities, accels, isScaled });
  }

  /** Acceleration on the diagonal on which X and Y are both at their limits. */
  get diagonalAccel(): number {
    return Math.hypot(this.accels[0], this.accels[1]);
  }

  limit(move: Move): void {
    const ratios = [0, 1, 2].map((axis) => Math.abs(move.axesR[axis]!)) as [number, number, number];
    const slowest = (limits: PerAxis, x: number, y: number): number => Math.min(limits[0] / x, limits[1] / y);
    // An axis that hardly moves does not limit, but neither does it divide by zero.
    const [x, y] = [Math.max(ratios[0], Number.EPSILON), Math.max(ratios[1], Number.EPSILON)];
    let velocity = slowest(this.velocities, x, y);
    let accel = slowest(this.accels, x, y);
    if (this.isScaled) accel *= this.toolhead.getMaxVelocity()[1] / this.diagonalAccel;
    if (ratios[2] !== 0) {
      velocity = Math.min(velocity, this.velocities[2] / ratios[2]);
      accel = Math.min(accel, this.accels[2] / ratios[2]);
    }
    move.limitSpeed(velocity, accel);
  }
}
