/** A manual stepper as an axis of G1: its part of each move, in step with x, y and z. Positions mm, speeds mm/s, accelerations mm/s². */
import type { Move } from "../motion/move.js";
import type { ToolheadAxis } from "../motion/surface.js";
import type { Trapq } from "../steps/trapq.js";

export interface AxisLimits {
  readonly velocity: number;
  readonly accel: number;
  /** Sudden change of speed that is allowed at a corner. */
  readonly cornerVelocity: number;
}

/** What the axis needs of its motor. */
export interface AxisMotor {
  readonly trapq: Trapq;
  readonly accel: number;
  commandedPos: number;
  getName(): string;
  isInRange(pos: number): boolean;
}

export class ManualAxis implements ToolheadAxis {
  private readonly motor: AxisMotor;
  private readonly letter: string;
  private readonly limits: AxisLimits;

  constructor(motor: AxisMotor, letter: string, limits: AxisLimits) {
    this.motor = motor;
    this.letter = letter;
    this.limits = limits;
  }

  getName(): string {
    return this.motor.getName();
  }

  getTrapq(): Trapq {
    return this.motor.trapq;
  }

  getAxisGcodeId(): string {
    return this.letter;
  }

  /** @throws CommandError when the move leads out of range */
  checkMove(move: Move, eaIndex: number): void {
    if (!this.motor.isInRange(move.endPos[eaIndex]!)) throw move.moveError();
    const { velocity, accel } = this.limits;
    // A move of this axis alone has the acceleration of the motor.
    const ownAccel = !move.isKinematicMove && this.motor.accel > 0 ? Math.min(accel, this.motor.accel) : accel;
    const ratio = move.moveD / Math.abs(move.axesD[eaIndex]!);
    move.limitSpeed(velocity * ratio, ownAccel * ratio);
  }

  calcJunction(prevMove: Move, move: Move, eaIndex: number): number {
    const change = move.axesR[eaIndex]! - prevMove.axesR[eaIndex]!;
    if (change === 0) return move.maxCruiseV2;
    const speed = this.limits.cornerVelocity / Math.abs(change);
    return speed * speed;
  }

  processMove(printTime: number, move: Move, eaIndex: number): void {
    const ratio = move.axesR[eaIndex]!;
    const { accelT, cruiseT, decelT, startV, cruiseV, accel } = move;
    this.motor.trapq.append(printTime, accelT, cruiseT, decelT, move.startPos[eaIndex]!, 0, 0, 1, 0, 0, startV * ratio, cruiseV * ratio, accel * ratio);
    this.motor.commandedPos = move.endPos[eaIndex]!;
  }
}
