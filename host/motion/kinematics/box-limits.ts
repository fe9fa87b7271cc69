/**
 * A printer whose axes are homed one by one and whose room is a box: limits of the homed axes, the slower
 * Z axis, and the homing order. Shared by cartesian, corexy and their like.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { CommandError } from "../../errors.js";
import { Coord } from "../coord.js";
import type { Move } from "../move.js";
import type { PrinterRail } from "../rail.js";
import type { HomingRequest, Toolhead } from "../surface.js";

const AXIS_NAMES = ["x", "y", "z"] as const;

/** Upper end below the lower one: not homed. */
const NOT_HOMED: readonly [number, number] = [1, -1];

export class BoxLimits {
  readonly axesMin: Coord;
  readonly axesMax: Coord;
  /** [lowest, highest] position per axis, mm. */
  readonly limits: (readonly [number, number])[] = [NOT_HOMED, NOT_HOMED, NOT_HOMED];

  constructor(rails: readonly PrinterRail[]) {
    const ranges = rails.map((rail) => rail.getRange());
    this.axesMin = new Coord(ranges[0]![0], ranges[1]![0], ranges[2]![0], 0);
    this.axesMax = new Coord(ranges[0]![1], ranges[1]![1], ranges[2]![1], 0);
  }

  isHomed(axis: number): boolean {
    return this.limits[axis]![0] <= this.limits[axis]![1];
  }

  setHomed(axis: number, rail: PrinterRail): void {
    this.limits[axis] = rail.getRange();
  }

  clear(clearAxes: string): void {
    for (const [axis, name] of AXIS_NAMES.entries()) {
      if (clearAxes.includes(name)) this.limits[axis] = NOT_HOMED;
    }
  }

  /** @throws CommandError when an axis that moves is not homed or would leave its range. */
  checkEndstops(move: Move): void {
    for (let axis = 0; axis < 3; axis++) {
      const [low, high] = this.limits[axis]!;
      const end = move.endPos[axis]!;
      if (move.axesD[axis] !== 0 && (end < low || end > high)) throw this.rangeError(move, low > high);
    }
  }

  private rangeError(move: Move, notHomed: boolean): CommandError {
    return notHomed ? move.moveError("Must home axis first") : move.moveError();
  }

  /** Checks the range and slows moves with a Z part to the limits of Z, mm/s and mm/s². */
  checkMove(move: Move, maxZVelocity: number, maxZAccel: number): void {
    const [x, y] = this.limits;
    const endX = move.endPos[0]!;
    const endY = move.endPos[1]!;
    if (endX < x![0] || endX > x![1] || endY < y![0] || endY > y![1]) this.checkEndstops(move);
    const dz = move.axesD[2]!;
    if (dz === 0) return;
    this.checkEndstops(move);
    const zRatio = move.moveD / Math.abs(dz);
    move.limitSpeed(maxZVelocity * zRatio, maxZAccel * zRatio);
  }

  getStatus(): Record<string, unknown> {
    return {
      homed_axes: AXIS_NAMES.filter((_, axis) => this.isHomed(axis)).join(""),
      axis_minimum: this.axesMin,
      axis_maximum: this.axesMax,
    };
  }
}

/** Speed limit of the Z axis, mm/s; by default that of the printer. */
export function readZVelocity(toolhead: Toolhead, config: ConfigSection): number {
  const [maxVelocity] = toolhead.getMaxVelocity();
  return config.getFloat("max_z_velocity", { default: maxVelocity, above: 0, maxval: maxVelocity });
}

/** Limits of the Z axis: [mm/s, mm/s²]; by default those of the printer. */
export function readZLimits(toolhead: Toolhead, config: ConfigSection): [number, number] {
  const [, maxAccel] = toolhead.getMaxVelocity();
  return [readZVelocity(toolhead, config), config.getFloat("max_z_accel", { default: maxAccel, above: 0, maxval: maxAccel })];
}

/** Homes one axis: from 1.5 times its range away towards the endstop. Other axes are declared to be where `known` says. */
export async function homeAxis(
  homing: HomingRequest, axis: number, rail: PrinterRail, known: readonly (number | null)[] = [null, null, null, null],
): Promise<void> {
  const [positionMin, positionMax] = rail.getRange();
  const info = rail.getHomingInfo();
  const homePos = known.slice();
  const forcePos = homePos.slice();
  homePos[axis] = info.positionEndstop;
  forcePos[axis] = info.positiveDir
    ? info.positionEndstop - 1.5 * (info.positionEndstop - positionMin)
    : info.positionEndstop + 1.5 * (positionMax - info.positionEndstop);
  await homing.homeRails([rail], forcePos, homePos);
}
