/**
 * One straight move of the toolhead between two coordinates, before and after the look-ahead has chosen
 * its speeds. Suffixes: D millimetres, V mm/s, V2 (mm/s)², T seconds, R ratio of the move's length.
 * Speeds are kept squared because acceleration changes the square of speed linearly with distance.
 */
import { CommandError } from "../errors.js";
import { formatFixed } from "./format-fixed.js";
import { cornerV2, rampD, rampT, travelBetween } from "./move-geometry.js";

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
    const travel = travelBetween(startPos, endPos);
    const { moveD, isKinematic } = travel;
    const velocity = speed < toolhead.maxVelocity || !isKinematic ? speed : toolhead.maxVelocity;
    if (velocity === 0) throw new Error("float division by zero");
    this.toolhead = toolhead;
    this.startPos = startPos.slice();
    this.endPos = travel.endPos;
    this.axesD = travel.axesD;
    this.axesR = travel.axesR;
    this.moveD = moveD;
    this.isKinematicMove = isKinematic;
    this.accel = isKinematic ? toolhead.maxAccel : UNLIMITED_ACCEL;
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
   * Finds the highest speed at the corner between `prevMove` and this move, of which every axis that travels along has its own opinion.
   * Moves without X, Y or Z travel keep their start speed of 0.
   */
  calcJunction(prevMove: Move): void {
    if (!this.isKinematicMove || !prevMove.isKinematicMove) return;
    const reachableV2 = prevMove.maxStartV2 + prevMove.deltaV2;
    let startV2 = Math.min(this.maxCruiseV2, prevMove.maxCruiseV2, prevMove.nextJunctionV2, reachableV2, cornerV2(prevMove, this));
    const { extraAxes } = this.toolhead;
    for (let i = 0; i < extraAxes.length; i++) {
      const axisV2 = extraAxes[i]!.calcJunction(prevMove, this, i + 3);
      if (axisV2 < startV2) startV2 = axisV2;
    }
    this.maxStartV2 = startV2;
    this.maxSmoothedV2 = Math.min(startV2, prevMove.maxSmoothedV2 + prevMove.smoothDeltaV2);
  }

  /** Splits the move into acceleration, cruise and deceleration for the given squared speeds. */
  setJunction(startV2: number, cruiseV2: number, endV2: number): void {
    const accelD = rampD(startV2, cruiseV2, this.accel);
    const decelD = rampD(endV2, cruiseV2, this.accel);
    this.startV = Math.sqrt(startV2);
    this.cruiseV = Math.sqrt(cruiseV2);
    this.endV = Math.sqrt(endV2);
    this.accelT = rampT(accelD, this.startV, this.cruiseV);
    this.cruiseT = (this.moveD - accelD - decelD) / this.cruiseV;
    this.decelT = rampT(decelD, this.endV, this.cruiseV);
  }
}
