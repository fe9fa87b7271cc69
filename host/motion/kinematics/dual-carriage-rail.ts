/**
 * One of two carriages on an axis. Its position on the axis follows the tool head's as scale * position + offset: as it is (PRIMARY, or
 * COPY at a distance), mirrored, or not at all. Positions mm.
 */
import type { LinearKinematics } from "../../steps/stepper-steps.js";
import type { PrinterRail } from "../rail.js";

export type CarriageMode = "INACTIVE" | "PRIMARY" | "COPY" | "MIRROR";

export class DualCarriagesRail {
  readonly axis: number;
  mode: CarriageMode;
  private readonly rail: PrinterRail;
  private scale: number;
  private offset = 0;
  /** What the rail's steppers follow, and by how much they follow the axis. */
  private readonly followed: { kinematics: LinearKinematics; factor: number }[];

  constructor(rail: PrinterRail, axis: number, isActive: boolean) {
    this.rail = rail;
    this.axis = axis;
    this.mode = isActive ? "PRIMARY" : "INACTIVE";
    this.scale = isActive ? 1 : 0;
    this.followed = rail.getSteppers().map((stepper) => {
      const kinematics = stepper.getStepperKinematics() as LinearKinematics;
      return { kinematics, factor: axis === 0 ? kinematics.x : kinematics.y };
    });
  }

  getRail(): PrinterRail {
    return this.rail;
  }

  isActive(): boolean {
    return this.mode !== "INACTIVE";
  }

  /** Where the carriage is on its axis when the tool head is at `position`. */
  getAxisPosition(position: readonly number[]): number {
    return position[this.axis]! * this.scale + this.offset;
  }

  /** Lets the steppers follow; call with all steps generated. */
  applyTransform(): void {
    for (const { kinematics, factor } of this.followed) {
      if (this.axis === 0) kinematics.x = factor * this.scale;
      else kinematics.y = factor * this.scale;
      kinematics.offset = factor * this.offset;
    }
  }

  /** Follows the tool head, now at `position`, from where the carriage is; it was there with the tool head at `oldPosition`. */
  activate(mode: CarriageMode, position: readonly number[], oldPosition: readonly number[] = position): void {
    this.follow(mode === "MIRROR" ? -1 : 1, position, this.getAxisPosition(oldPosition));
    this.mode = mode;
  }

  /** Stays where it is. */
  inactivate(position: readonly number[]): void {
    this.follow(0, position, this.getAxisPosition(position));
    this.mode = "INACTIVE";
  }

  /** Follows in the same direction at `scale` times the speed. */
  overrideAxisScaling(scale: number, position: readonly number[]): void {
    this.follow(this.scale < 0 ? -scale : scale, position, this.getAxisPosition(position));
  }

  private follow(scale: number, position: readonly number[], axisPosition: number): void {
    this.scale = scale;
    this.offset = axisPosition - position[this.axis]! * scale;
    this.applyTransform();
  }
}
