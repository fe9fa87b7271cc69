/**
 * Stage motion → steps: the queue of constant-acceleration segments of one motion (toolhead, extruder, forced move).
 *
 * Within a segment the distance after s seconds is (startV + halfAccel * s) * s and the position is
 * start + axesR * distance. Positions in mm, times in print time seconds. Gaps between moves are filled with
 * segments at rest, so that segments follow each other without a hole. Finished segments go to a history that
 * answers where the motion was; readers keep their place by sequence number, which never changes.
 */

/** One segment of constant acceleration along a straight line. */
export interface TrapqMove {
  /** Start, s. */
  printTime: number;
  /** Duration, s. */
  moveT: number;
  /** Speed at the start, mm/s. */
  startV: number;
  /** Half of the acceleration, mm/s^2. */
  halfAccel: number;
  startX: number;
  startY: number;
  startZ: number;
  /** Direction: change of the coordinate per mm of distance. */
  axesRX: number;
  axesRY: number;
  axesRZ: number;
}

/** What `extractOld` tells about a segment (Kalico's pull_move). */
export interface TrapqHistoryMove {
  printTime: number;
  moveT: number;
  startV: number;
  accel: number;
  startX: number;
  startY: number;
  startZ: number;
  xR: number;
  yR: number;
  zR: number;
}

/** A time after everything; also the duration of the rest that follows the last move. */
export const NEVER_TIME = 9999999999999999.9;

/** The rest before the very first move is at most this long, s: long times cost precision. */
const MAX_NULL_MOVE = 1.0;
/** Retired segments are cut off the array in lots of this size. */
const COMPACT_AT = 1024;

/** Distance along a segment `seconds` after its start, mm. */
export function moveDistance(move: TrapqMove, seconds: number): number {
  return (move.startV + move.halfAccel * seconds) * seconds;
}

/** Queue of segments with a history. */
export class Trapq {
  private moves: TrapqMove[] = [];
  /** Index in `moves` of the oldest segment that is not retired. */
  private head = 0;
  /** Sequence number of moves[0]. */
  private base = 0;
  /** Oldest first. */
  private history: TrapqMove[] = [];
  private restCache: TrapqMove | null = null;

  /** Sequence number of the oldest segment that is still queued. */
  get firstSeq(): number {
    return this.base + this.head;
  }

  /** Sequence number after the newest segment; `move(endSeq)` is the rest that follows. */
  get endSeq(): number {
    return this.base + this.moves.length;
  }

  /** Segment by sequence number: firstSeq ≤ seq < endSeq, or endSeq for the rest after the last one. */
  move(seq: number): TrapqMove {
    return this.moves[seq - this.base] ?? this.rest();
  }

  /**
   * Appends a trapezoid: up to three segments. Times in s, start in mm, speeds in mm/s along the direction axesR, accel in
   * mm/s^2 (a positive number for both ramps).
   */
  append(
    printTime: number, accelT: number, cruiseT: number, decelT: number,
    startX: number, startY: number, startZ: number,
    axesRX: number, axesRY: number, axesRZ: number,
    startV: number, cruiseV: number, accel: number,
  ): void {
    let at = printTime;
    let x = startX;
    let y = startY;
    let z = startZ;
    const ramp = (moveT: number, v: number, halfAccel: number): void => {
      if (!moveT) return;
      const move = {
        printTime: at, moveT, startV: v, halfAccel,
        startX: x, startY: y, startZ: z, axesRX, axesRY, axesRZ,
      };
      this.add(move);
      at += moveT;
      const distance = moveDistance(move, moveT);
      x += axesRX * distance;
      y += axesRY * distance;
      z += axesRZ * distance;
    };
    ramp(accelT, startV, 0.5 * accel);
    ramp(cruiseT, cruiseV, 0);
    ramp(decelT, cruiseV, -0.5 * accel);
  }

  /** Retires segments that end at or before `printTime` and forgets history that ended before `clearHistoryTime`. */
  finalizeMoves(printTime: number, clearHistoryTime: number): void {
    while (this.head < this.moves.length) {
      const move = this.moves[this.head]!;
      if (move.printTime + move.moveT > printTime) break;
      if (move.startV || move.halfAccel) this.history.push(move);
      this.head++;
    }
    this.compact();
    // The newest entry stays, so that the last known position is always on record.
    let drop = 0;
    while (drop < this.history.length - 1 && endOf(this.history[drop]!) <= clearHistoryTime) drop++;
    if (drop > 0) this.history.splice(0, drop);
  }

  /** Discards what is queued after `printTime` and notes that the position is now (x, y, z). */
  setPosition(printTime: number, x: number, y: number, z: number): void {
    this.finalizeMoves(NEVER_TIME, 0);
    for (let last = this.history.at(-1); last !== undefined; last = this.history.at(-1)) {
      if (last.printTime < printTime) {
        if (endOf(last) > printTime) last.moveT = printTime - last.printTime;
        break;
      }
      this.history.pop();
    }
    this.history.push({
      printTime, moveT: 0, startV: 0, halfAccel: 0,
      startX: x, startY: y, startZ: z, axesRX: 0, axesRY: 0, axesRZ: 0,
    });
  }

  /** Finished segments that overlap startTime…endTime, newest first, at most `max`. */
  extractOld(max: number, startTime: number, endTime: number): TrapqHistoryMove[] {
    const found: TrapqHistoryMove[] = [];
    for (let i = this.history.length - 1; i >= 0; i--) {
      const move = this.history[i]!;
      if (startTime >= endOf(move) || found.length >= max) break;
      if (endTime <= move.printTime) continue;
      found.push({
        printTime: move.printTime, moveT: move.moveT, startV: move.startV, accel: 2 * move.halfAccel,
        startX: move.startX, startY: move.startY, startZ: move.startZ,
        xR: move.axesRX, yR: move.axesRY, zR: move.axesRZ,
      });
    }
    return found;
  }

  private add(move: TrapqMove): void {
    const previous = this.head < this.moves.length ? this.moves[this.moves.length - 1]! : undefined;
    const previousEnd = previous === undefined ? 0 : endOf(previous);
    if (previousEnd < move.printTime) {
      const noStart = previous === undefined && move.printTime > MAX_NULL_MOVE;
      const start = noStart ? move.printTime - MAX_NULL_MOVE : previousEnd;
      this.moves.push({
        printTime: start, moveT: move.printTime - start, startV: 0, halfAccel: 0,
        startX: move.startX, startY: move.startY, startZ: move.startZ, axesRX: 0, axesRY: 0, axesRZ: 0,
      });
    }
    this.moves.push(move);
    this.restCache = null;
  }

  /** The rest after the last segment: at its end position, for ever. */
  private rest(): TrapqMove {
    if (this.restCache !== null) return this.restCache;
    const last = this.head < this.moves.length ? this.moves[this.moves.length - 1] : undefined;
    const distance = last === undefined ? 0 : moveDistance(last, last.moveT);
    this.restCache = {
      printTime: last === undefined ? NEVER_TIME : endOf(last), moveT: NEVER_TIME, startV: 0, halfAccel: 0,
      startX: last === undefined ? 0 : last.startX + last.axesRX * distance,
      startY: last === undefined ? 0 : last.startY + last.axesRY * distance,
      startZ: last === undefined ? 0 : last.startZ + last.axesRZ * distance,
      axesRX: 0, axesRY: 0, axesRZ: 0,
    };
    return this.restCache;
  }

  private compact(): void {
    const empty = this.head === this.moves.length;
    if (empty) this.restCache = null;
    if (!empty && this.head < COMPACT_AT) return;
    this.moves.splice(0, this.head);
    this.base += this.head;
    this.head = 0;
  }
}

function endOf(move: TrapqMove): number {
  return move.printTime + move.moveT;
}
