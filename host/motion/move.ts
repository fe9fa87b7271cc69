/**
 * One straight move of the toolhead between two coordinates, before and after the look-ahead has chosen
 * its speeds. Suffixes: D millimetres, V mm/s, V2 (mm/s)², T seconds, R ratio of the move's length.
 * Speeds are kept squared because acceleration changes the square of speed linearly with distance.
 */
import { CommandError } from "../errors.js";
import { formatFixed } from "./format-fixed.js";

/** Runs when the print time of the end of a move is known. Must not pause. */
export type LookaheadCallback = (printTime: number) => void;

/** Anything that travels along with X, Y and Z; index 3 is the extruder. */
export interface ExtraAxis {
  checkMove(move: Move, eaIndex: number): void;
  /** Largest squared speed, (mm/s)², at which this axis passes from `prevMove` to `move`. */
  calcJunction(prevMove: Move, move: Move, eaIndex: number): number;
  processMove?(printTime: number, move: Move, eaIndex: number): void;
}

/** The limits that a move copies from the toolhead when it is made. */
export interface MoveLimits {
  maxVelocity: number;
  maxAccel: number;
  /** Acceleration, mm/s², that the smoothed profile may use. */
  maxAccelToDecel: number;
  /** Allowed deviation from a corner, mm, of the centripetal model. */
  junctionDeviation: number;
  extraAxes: readonly ExtraAxis[];
}

/** Shorter than this, mm, X, Y and Z count as not moving. */
const MIN_MOVE_DISTANCE = 0.000000001;
/** Extrude-only moves are limited by the extruder alone: no acceleration limit worth the name, mm/s². */
const UNLIMITED_ACCEL = 99999999.9;
const UNLIMITED_V2 = 999999999.9;

export class Move {
  readonly toolhead: MoveLimits;
  startPos: readonly number[];
  endPos: readonly number[];
  /** Travel per axis, mm. */
  readonly axesD: number[];
  /** Travel per axis per millimetre of the move; X, Y, Z form a unit vector. */
  readonly axesR: number[];
  moveD: number;
  accel: number;
  junctionDeviation: number;
  isKinematicMove: boolean;
  /** Time, s, that the move takes at its highest speed. */
  minMoveT: number;
  readonly timingCallbacks: LookaheadCallback[] = [];

  maxStartV2 = 0;
  maxCruiseV2: number;
  /** Change of squared speed that acceleration can bring about over the whole move. */
  deltaV2: number;
  maxSmoothedV2 = 0;
  smoothDeltaV2: number;
  nextJunctionV2 = UNLIMITED_V2;

  // Set by setJunction.
  startV = 0;
  cruiseV = 0;
  endV = 0;
  accelT = 0;
  cruiseT = 0;
  decelT = 0;

  /** @throws Error on a speed of zero, which would take for ever. */
  constructor(toolhead: MoveLimits, startPos: readonly number[], endPos: readonly number[], speed: number) {
    this.toolhead = toolhead;
    const axes = endPos.length;
    const start = startPos.slice();
    let end = endPos.slice();
    const axesD: number[] = [];
    for (let i = 0; i < axes; i++) axesD.push(end[i]! - start[i]!);
    const dx = axesD[0]!;
    const dy = axesD[1]!;
    const dz = axesD[2]!;
    let moveD = Math.sqrt(dx * dx + dy * dy + dz * dz);
    let velocity = speed < toolhead.maxVelocity ? speed : toolhead.maxVelocity;
    let invMoveD: number;
    if (moveD < MIN_MOVE_DISTANCE) {
      end = [start[0]!, start[1]!, start[2]!, ...end.slice(3)];
      axesD[0] = axesD[1] = axesD[2] = 0;
      moveD = 0;
      for (let i = 3; i < axes; i++) moveD = Math.max(moveD, Math.abs(axesD[i]!));
      invMoveD = moveD === 0 ? 0 : 1 / moveD;
      this.accel = UNLIMITED_ACCEL;
      velocity = speed;
      this.isKinematicMove = false;
    } else {
      invMoveD = 1 / moveD;
      this.accel = toolhead.maxAccel;
      this.isKinematicMove = true;
    }
    if (velocity === 0) throw new Error("float division by zero");
    const axesR: number[] = [];
    for (let i = 0; i < axes; i++) axesR.push(axesD[i]! * invMoveD);
    this.startPos = start;
    this.endPos = end;
    this.axesD = axesD;
    this.axesR = axesR;
    this.moveD = moveD;
    this.junctionDeviation = toolhead.junctionDeviation;
    this.minMoveT = moveD / velocity;
    this.maxCruiseV2 = velocity * velocity;
    this.deltaV2 = 2 * moveD * this.accel;
    this.smoothDeltaV2 = 2 * moveD * toolhead.maxAccelToDecel;
  }

  /** Lowers the move's speed, mm/s, and acceleration, mm/s²; never raises them. */
  limitSpeed(speed: number, accel: number): void {
    const speed2 = speed * speed;
    if (speed2 < this.maxCruiseV2) {
      this.maxCruiseV2 = speed2;
      this.minMoveT = this.moveD / speed;
    }
    if (accel < this.accel) this.accel = accel;
    this.deltaV2 = 2 * this.moveD * this.accel;
    if (this.deltaV2 < this.smoothDeltaV2) this.smoothDeltaV2 = this.deltaV2;
  }

  /** Lowers the speed, mm/s, at which the next move may start. */
  limitNextJunctionSpeed(speed: number): void {
    this.nextJunctionV2 = Math.min(this.nextJunctionV2, speed * speed);
  }

  moveError(message = "Move out of range"): CommandError {
    const at = this.endPos.slice(0, 4).map((value) => formatFixed(value, 3));
    return new CommandError(`${message}: ${at[0]} ${at[1]} ${at[2]} [${at[3]}]`);
  }

  /**
   * Finds the highest speed at the corner between `prevMove` and this move: the speed at which a circle
   * that leaves the corner by the junction deviation, and touches both moves before their middle, is
   * travelled with the allowed acceleration. Moves without X, Y or Z travel keep their start speed of 0.
   */
  calcJunction(prevMove: Move): void {
    if (!this.isKinematicMove || !prevMove.isKinematicMove) return;
    let maxStartV2 = Math.min(
      this.maxCruiseV2,
      prevMove.maxCruiseV2,
      prevMove.nextJunctionV2,
      prevMove.maxStartV2 + prevMove.deltaV2,
    );
    const extraAxes = this.toolhead.extraAxes;
    for (let i = 0; i < extraAxes.length; i++) {
      const axisV2 = extraAxes[i]!.calcJunction(prevMove, this, i + 3);
      if (axisV2 < maxStartV2) maxStartV2 = axisV2;
    }
    const r = this.axesR;
    const p = prevMove.axesR;
    const cosTheta = -(r[0]! * p[0]! + r[1]! * p[1]! + r[2]! * p[2]!);
    const sinHalf = Math.sqrt(Math.max(0.5 * (1 - cosTheta), 0));
    const cosHalf = Math.sqrt(Math.max(0.5 * (1 + cosTheta), 0));
    const oneMinusSin = 1 - sinHalf;
    if (oneMinusSin > 0 && cosHalf > 0) {
      const radiusPerDeviation = sinHalf / oneMinusSin;
      const quarterTan = (0.25 * sinHalf) / cosHalf;
      maxStartV2 = Math.min(
        maxStartV2,
        radiusPerDeviation * this.junctionDeviation * this.accel,
        radiusPerDeviation * prevMove.junctionDeviation * prevMove.accel,
        this.deltaV2 * quarterTan,
        prevMove.deltaV2 * quarterTan,
      );
    }
    this.maxStartV2 = maxStartV2;
    this.maxSmoothedV2 = Math.min(maxStartV2, prevMove.maxSmoothedV2 + prevMove.smoothDeltaV2);
  }

  /** Splits the move into acceleration, cruise and deceleration for the given squared speeds. */
  setJunction(startV2: number, cruiseV2: number, endV2: number): void {
    const halfInvAccel = 0.5 / this.accel;
    const accelD = (cruiseV2 - startV2) * halfInvAccel;
    const decelD = (cruiseV2 - endV2) * halfInvAccel;
    const cruiseD = this.moveD - accelD - decelD;
    const startV = Math.sqrt(startV2);
    const cruiseV = Math.sqrt(cruiseV2);
    const endV = Math.sqrt(endV2);
    this.startV = startV;
    this.cruiseV = cruiseV;
    this.endV = endV;
    // Each part takes its distance divided by its mean speed.
    this.accelT = accelD / ((startV + cruiseV) * 0.5);
    this.cruiseT = cruiseD / cruiseV;
    this.decelT = decelD / ((endV + cruiseV) * 0.5);
  }
}
