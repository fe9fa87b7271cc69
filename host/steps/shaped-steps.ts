/**
 * Steps of a stepper behind an input shaper. The shaped motion is piecewise quadratic in time, so for linear kinematics the closed form
 * of parabolas holds piece by piece; other kinematics are solved as functions of the shaped point.
 */
import { FunctionSteps } from "./function-steps.js";
import { parabolaSteps, type ExactPlace } from "./parabola-steps.js";
import type { SegmentSolver } from "./segment-solver.js";
import { ShapedPath } from "./shaped-path.js";
import type { StepGrid } from "./step-grid.js";
import type { StepRun } from "./step-run.js";
import { isActiveAxis, type LinearKinematics, type ShapedKinematics, type ShaperPulse } from "./stepper-kinematics.js";
import type { Trapq } from "./trapq.js";

/** Impulses of a coordinate that is not shaped. */
const NONE: readonly ShaperPulse[] = [];

export class ShapedSteps implements SegmentSolver, ExactPlace {
  private readonly kinematics: ShapedKinematics;
  private readonly path = new ShapedPath();
  private readonly functionSteps: FunctionSteps | null;
  /** The parabola that is being solved. */
  private p0 = 0;
  private p1 = 0;
  private p2 = 0;

  constructor(kinematics: ShapedKinematics) {
    this.kinematics = kinematics;
    this.functionSteps = kinematics.base.kind === "function" ? new FunctionSteps(kinematics.base) : null;
  }

  segment(trapq: Trapq, seq: number, from: number, to: number, grid: StepGrid, run: StepRun): void {
    const { base, pulsesX, pulsesY } = this.kinematics;
    const { path } = this;
    const [x, y, z] = [isActiveAxis(base, "x"), isActiveAxis(base, "y"), isActiveAxis(base, "z")];
    path.setPulses([x ? pulsesX : null, y ? pulsesY : null, z ? NONE : null]);
    path.begin(trapq, seq, from, to);
    while (path.advance()) {
      if (base.kind === "linear") this.linearPiece(base, grid, run);
      else this.functionSteps!.pathPiece(path, grid, run);
    }
  }

  private linearPiece({ x, y, z, offset }: LinearKinematics, grid: StepGrid, run: StepRun): void {
    const { values, speeds, halves, at, seconds } = this.path;
    this.p1 = x * speeds[0]! + y * speeds[1]! + z * speeds[2]!;
    this.p2 = x * halves[0]! + y * halves[1]! + z * halves[2]!;
    if (this.p1 === 0 && this.p2 === 0) return;
    this.p0 = x * values[0]! + y * values[1]! + z * values[2]! + (offset ?? 0);
    parabolaSteps(at, this.p0, this.p1, this.p2, 0, seconds, this, grid, run);
  }

  placeAt(seconds: number): number {
    return this.p0 + (this.p1 + this.p2 * seconds) * seconds;
  }
}
