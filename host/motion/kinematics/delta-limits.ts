/**
 * Room and speed limits of a linear delta. The room is a cylinder whose top narrows to a cone; towards its rim a carriage moves several
 * times faster than the effector, so moves there are slowed down. Lengths mm, speeds mm/s, accelerations mm/s^2.
 */
import type { Move } from "../move.js";

/** A carriage that moves this many times faster than the effector has its moves halved in speed; at twice that, quartered. */
const SLOW_RATIO = 3;

export interface DeltaRoom {
  readonly radius: number;
  readonly printRadius: number;
  readonly shortestArm: number;
  readonly shortestStep: number;
  readonly minZ: number;
  readonly maxZ: number;
  /** Above this height the room is a cone. */
  readonly coneStartZ: number;
}

export interface DeltaSpeeds {
  readonly maxVelocity: number;
  readonly maxAccel: number;
  maxZVelocity: number;
  maxZAccel: number;
}

export class DeltaLimits {
  readonly room: DeltaRoom;
  readonly slowRadius: number;
  readonly verySlowRadius: number;
  private readonly homePosition: readonly number[];
  /** Level moves that end within this squared radius need no closer look; negative: every move does. */
  private plainSquare = -1;

  constructor(room: DeltaRoom, homePosition: readonly number[]) {
    this.room = room;
    this.homePosition = homePosition;
    this.slowRadius = this.radiusOfRatio(SLOW_RATIO);
    this.verySlowRadius = this.radiusOfRatio(2 * SLOW_RATIO);
  }

  /** Forgets what was found out about the last move: call when the position changes by other means than a move. */
  reset(): void {
    this.plainSquare = -1;
  }

  /** Distance from the centre at which a carriage moves `ratio` times as far as the effector. */
  private radiusOfRatio(ratio: number): number {
    const { shortestArm, shortestStep, radius } = this.room;
    const halfStep = 0.5 * shortestStep;
    return ratio * Math.sqrt(shortestArm ** 2 / (ratio ** 2 + 1) - halfStep ** 2) + halfStep - radius;
  }

  /** Squared radius of the room at a height. */
  private radiusSquareAt(z: number): number {
    const { printRadius, coneStartZ, radius, shortestArm } = this.room;
    const printSquare = printRadius ** 2;
    if (z <= coneStartZ) return printSquare;
    const above = z - coneStartZ;
    const coneRadius = radius - Math.sqrt(shortestArm ** 2 - (shortestArm - above) ** 2);
    return Math.min(printSquare, coneRadius ** 2);
  }

  /** @throws CommandError when the move is not homed or leaves the room; else slows it where it has to be slow. */
  check(move: Move, isHomed: boolean, speeds: DeltaSpeeds): void {
    const [endX, endY, endZ] = move.endPos as [number, number, number];
    const endSquare = endX * endX + endY * endY;
    const dz = move.axesD[2]!;
    if (endSquare <= this.plainSquare && dz === 0) return;
    if (!isHomed) throw move.moveError("Must home first");
    const { minZ, maxZ } = this.room;
    const roomSquare = this.radiusSquareAt(endZ);
    let isPlain = true;
    if (endSquare > roomSquare || endZ > maxZ || endZ < minZ) {
      if (!this.isOnHomeLine(endX, endY, endZ)) throw move.moveError();
      isPlain = false;
    }
    if (dz !== 0) {
      const zRatio = move.moveD / Math.abs(dz);
      move.limitSpeed(speeds.maxZVelocity * zRatio, speeds.maxZAccel * zRatio);
      isPlain = false;
    }
    const [startX, startY] = move.startPos as [number, number];
    const farSquare = Math.max(endSquare, startX * startX + startY * startY);
    if (farSquare > this.slowRadius ** 2) {
      const factor = farSquare > this.verySlowRadius ** 2 ? 0.25 : 0.5;
      move.limitSpeed(speeds.maxVelocity * factor, speeds.maxAccel * factor);
      isPlain = false;
    }
    this.plainSquare = isPlain ? Math.min(roomSquare, this.slowRadius ** 2) : -1;
  }

  /** The way up to the home position lies outside the cone. */
  private isOnHomeLine(x: number, y: number, z: number): boolean {
    const [homeX, homeY, homeZ] = this.homePosition;
    return x === homeX && y === homeY && z >= this.room.minZ && z <= homeZ!;
  }
}
