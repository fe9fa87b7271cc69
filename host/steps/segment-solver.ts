/** What the solvers of single kinematics have in common. */
import type { StepGrid } from "./step-grid.js";
import type { StepRun } from "./step-run.js";
import type { Trapq } from "./trapq.js";

/** The kinematics-specific part. */
export interface SegmentSolver {
  /**
   * Emits the steps of print times after `from` up to `to`, both within the segment `seq`, and moves the grid along.
   */
  segment(trapq: Trapq, seq: number, from: number, to: number, grid: StepGrid, run: StepRun): void;
}
