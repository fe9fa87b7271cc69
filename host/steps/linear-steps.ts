/** Steps of a stepper whose position is a linear combination of the coordinates: on each segment a parabola. */
import { parabolaSteps, type ExactPlace } from "./parabola-steps.js";
import type { SegmentSolver } from "./segment-solver.js";
import type { StepGrid } from "./step-grid.js";
import type { StepRun } from "./step-run.js";
import type { LinearKinematics } from "./stepper-kinematics.js";
import { moveDistance, type Trapq, type TrapqMove } from "./trapq.js";

export class LinearSteps implements SegmentSolver, ExactPlace {
  private readonly kinematics: LinearKinematics;
  private move: TrapqMove | null = null;

  constructor(kinematics: LinearKinematics) {
    this.kinematics = kinematics;
  }

  segment(trapq: Trapq, seq: number, from: number, to: number, grid: StepGrid, run: StepRun): void {
    const move = trapq.move(seq);
    const { x, y, z } = this.kinematics;
    const ratio = x * move.axesRX + y * move.axesRY + z * move.axesRZ;
    if (ratio === 0) return;
    this.move = move;
    const start = x * move.startX + y * move.startY + z * move.startZ + (this.kinematics.offset ?? 0);
    const { printTime } = move;
    parabolaSteps(printTime, start, ratio * move.startV, ratio * move.halfAccel, from - printTime, to - printTime, this, grid, run);
  }

  placeAt(seconds: number): number {
    const move = this.move!;
    const { x, y, z } = this.kinematics;
    const distance = moveDistance(move, Math.min(seconds, move.moveT));
    const place = x * (move.startX + move.axesRX * distance) + y * (move.startY + move.axesRY * distance) + z * (move.startZ + move.axesRZ * distance);
    return place + (this.kinematics.offset ?? 0);
  }
}
