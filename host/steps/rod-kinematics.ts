/**
 * Steppers whose carriage or cable is joined to the tool head by something of fixed or measured length, with closed forms along
 * straight lines: rods of delta and deltesian towers, winches, the arm of a polar printer.
 *
 * A point runs along P + r*s. A rod of length L to a carriage at height b on a vertical rail has |P + r*s - (tower, b)| = L; a cable
 * of length b to an anchor has |P + r*s - anchor| = b. Either is a quadratic in s for a given stepper position b, and the position
 * along the line turns round at most once: a rod's rises and then falls, a cable's falls and then rises.
 * All lengths mm. An axis with weight 0 does not matter to the stepper.
 */
import type { Axis, FunctionKinematics, StraightLine } from "./stepper-kinematics.js";

/** Kalico's delta_stepper_alloc: tower at (towerX, towerY), arm2 is the squared arm length, mm^2. */
export function deltaKinematics(arm2: number, towerX: number, towerY: number): FunctionKinematics {
  return {
    kind: "function",
    activeAxes: ["x", "y", "z"],
    position: (x, y, z) => {
      const dx = towerX - x;
      const dy = towerY - y;
      return Math.sqrt(arm2 - dx * dx - dy * dy) + z;
    },
    line: new RodLine(arm2, towerX, towerY, 1),
  };
}

/** Kalico's deltesian_stepper_alloc: as a delta tower in the plane of x and z. */
export function deltesianKinematics(arm2: number, armX: number): FunctionKinematics {
  return {
    kind: "function",
    activeAxes: ["x", "z"],
    position: (x, _y, z) => {
      const dx = armX - x;
      return Math.sqrt(arm2 - dx * dx) + z;
    },
    line: new RodLine(arm2, armX, 0, 0),
  };
}

/** Kalico's winch_stepper_alloc: length of the cable to an anchor. */
export function winchKinematics(anchorX: number, anchorY: number, anchorZ: number): FunctionKinematics {
  return {
    kind: "function",
    activeAxes: ["x", "y", "z"],
    position: (x, y, z) => {
      const dx = anchorX - x;
      const dy = anchorY - y;
      const dz = anchorZ - z;
      return Math.sqrt(dx * dx + dy * dy + dz * dz);
    },
    line: new CableLine(anchorX, anchorY, anchorZ, 1),
  };
}

/** The arm of Kalico's polar_stepper_alloc: distance from the axis of the bed. */
export function polarArmKinematics(): FunctionKinematics {
  const activeAxes: readonly Axis[] = ["x", "y"];
  return { kind: "function", activeAxes, position: (x, y) => Math.sqrt(x * x + y * y), line: new CableLine(0, 0, 0, 0) };
}

class RodLine implements StraightLine {
  private readonly arm2: number;
  private readonly towerX: number;
  private readonly towerY: number;
  /** 1, or 0 for a rod in the plane of x and z. */
  private readonly weightY: number;
  private z = 0;
  private rz = 0;
  /** Square, and half of its derivative, of the horizontal distance to the rail at s = 0. */
  private square = 0;
  private along = 0;
  private perSquare = 0;

  constructor(arm2: number, towerX: number, towerY: number, weightY: number) {
    this.arm2 = arm2;
    this.towerX = towerX;
    this.towerY = towerY;
    this.weightY = weightY;
  }

  begin(x: number, y: number, z: number, rx: number, ry: number, rz: number): number {
    const dx = x - this.towerX;
    const dy = this.weightY * (y - this.towerY);
    const sy = this.weightY * ry;
    this.z = z;
    this.rz = rz;
    this.square = dx * dx + dy * dy;
    this.along = dx * rx + dy * sy;
    const level = rx * rx + sy * sy;
    this.perSquare = level + rz * rz;
    if (level === 0) return rz * Infinity;
    // With w = s + along/level: square(s) = level*w^2 + nearest, and the slope rz - level*w/height is 0 at this w.
    const reach = this.arm2 - (this.square - (this.along * this.along) / level);
    return rz * Math.sqrt(reach / (level * this.perSquare)) - this.along / level;
  }

  distanceAt(position: number, isAfterTurn: boolean): number {
    const dz = this.z - position;
    const half = this.along + dz * this.rz;
    const root = Math.sqrt(Math.max(0, half * half - this.perSquare * (this.square + dz * dz - this.arm2)));
    return (isAfterTurn ? root - half : -root - half) / this.perSquare;
  }
}

class CableLine implements StraightLine {
  private readonly anchorX: number;
  private readonly anchorY: number;
  private readonly anchorZ: number;
  /** 1, or 0 for a cable that stays at the height of the point. */
  private readonly weightZ: number;
  private square = 0;
  private along = 0;
  private perSquare = 0;

  constructor(anchorX: number, anchorY: number, anchorZ: number, weightZ: number) {
    this.anchorX = anchorX;
    this.anchorY = anchorY;
    this.anchorZ = anchorZ;
    this.weightZ = weightZ;
  }

  begin(x: number, y: number, z: number, rx: number, ry: number, rz: number): number {
    const dx = x - this.anchorX;
    const dy = y - this.anchorY;
    const dz = this.weightZ * (z - this.anchorZ);
    const sz = this.weightZ * rz;
    this.square = dx * dx + dy * dy + dz * dz;
    this.along = dx * rx + dy * ry + dz * sz;
    this.perSquare = rx * rx + ry * ry + sz * sz;
    return this.perSquare === 0 ? NaN : -this.along / this.perSquare;
  }

  distanceAt(position: number, isAfterTurn: boolean): number {
    const root = Math.sqrt(Math.max(0, this.along * this.along - this.perSquare * (this.square - position * position)));
    return (isAfterTurn ? root - this.along : -root - this.along) / this.perSquare;
  }
}
