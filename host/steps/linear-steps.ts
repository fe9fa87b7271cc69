/**
 * Steps of a stepper whose position is a fixed linear combination of the coordinates.
 *
 * On a segment the position is a parabola p(s) = p0 + v*s + h*s^2 (steps, ticks), so step times have a closed form:
 * at distance d from the start of a rising piece the speed is w = sqrt(v^2 + 4*h*d) and the time 2*d / (v + w).
 */
import type { StepRun } from "./step-run.js";
import type { StepGrid } from "./step-grid.js";
import type { SegmentSolver } from "./segment-solver.js";
import type { LinearKinematics } from "./stepper-kinematics.js";
import { moveDistance, type Trapq, type TrapqMove } from "./trapq.js";

export class LinearSteps implements SegmentSolver {
  private readonly kinematics: LinearKinematics;

  constructor(kinematics: LinearKinematics) {
    this.kinematics = kinematics;
  }

  segment(trapq: Trapq, seq: number, from: number, to: number, grid: StepGrid, run: StepRun): void {
    const move = trapq.move(seq);
    const { x, y, z } = this.kinematics;
    const ratio = x * move.axesRX + y * move.axesRY + z * move.axesRZ;
    if (ratio === 0) return;
    const start = x * move.startX + y * move.startY + z * move.startZ;
    const { startV, halfAccel } = move;
    const turn = halfAccel === 0 ? Infinity : -startV / (2 * halfAccel);
    if (turn > 0 && turn < move.moveT) {
      const up = ratio * startV > 0 ? 1 : 0;
      if (from - move.printTime < turn) {
        this.rise(move, 0, start, ratio, startV, Math.min(turn, to - move.printTime), up, grid, run);
      }
      if (to - move.printTime > turn) {
        const apex = start + ratio * moveDistance(move, turn);
        this.rise(move, turn, apex, ratio, 0, to - move.printTime - turn, 1 - up, grid, run);
      }
      return;
    }
    const speed = startV === 0 ? halfAccel : startV;
    this.rise(move, 0, start, ratio, startV, to - move.printTime, ratio * speed > 0 ? 1 : 0, grid, run);
  }

  /**
   * One stretch of a segment that goes only up or only down: starts `offset` seconds into the segment, at `start` mm with speed
   * startV, and is known for `seconds`.
   */
  private rise(
    move: TrapqMove, offset: number, start: number, ratio: number, startV: number, seconds: number, up: number,
    grid: StepGrid, run: StepRun,
  ): void {
    const { stepDist, freq } = grid;
    const end = start + ratio * (startV + move.halfAccel * seconds) * seconds;
    const { lastUp } = run;
    const count = grid.stepsTo(end, up, lastUp);
    if (count > 0) {
      const sign = up ? 1 : -1;
      const scale = (sign * ratio) / stepDist;
      const travel = (sign * (end - start)) / stepDist;
      const startTick = (move.printTime + offset - grid.timeOffset) * freq;
      const origin = Math.floor(startTick);
      const v = (scale * startV) / freq;
      const h4 = (4 * scale * move.halfAccel) / (freq * freq);
      const first = (sign * (grid.boundary(up) - start)) / stepDist;
      run.appendPiece(up, origin, startTick - origin, v, h4, first, travel, count);
      grid.take(count, up, lastUp);
    }
    if (run.lastUp === up && (grid.isFullyReached(end, up) ?? grid.isSumReached(this.placeAt(move, offset + seconds), up, count === 0))) run.commit();
  }

  /** Position `seconds` after the start of a segment, rounded as Kalico rounds it, mm. */
  private placeAt(move: TrapqMove, seconds: number): number {
    const { x, y, z } = this.kinematics;
    const distance = moveDistance(move, Math.min(seconds, move.moveT));
    return x * (move.startX + move.axesRX * distance) + y * (move.startY + move.axesRY * distance) + z * (move.startZ + move.axesRZ * distance);
  }
}
