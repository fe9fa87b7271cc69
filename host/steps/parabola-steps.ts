/**
 * Steps on a parabola p(s) = p0 + p1*s + p2*s^2 (mm, s): what the position of a stepper is, piece by piece, when it is a linear
 * combination of the coordinates, shaped or not.
 *
 * At distance d from the start of a rising piece the speed is w = sqrt(v^2 + 4*h*d) and the time 2*d / (v + w), so a piece goes to
 * the step run as it is and no step's time is computed before a row needs it.
 */
import type { StepGrid } from "./step-grid.js";
import type { StepRun } from "./step-run.js";

/** A position rounded as Kalico rounds it, asked for where the last bits decide; seconds as in `steps`. */
export interface ExactPlace {
  placeAt(seconds: number): number;
}

/**
 * Emits the steps of a parabola that starts at print time `at` (s), for seconds `from` to `to` of it; steps up to `from` were taken
 * before. Only parabolas that move may be passed.
 */
export function parabolaSteps(
  at: number, p0: number, p1: number, p2: number, from: number, to: number, exact: ExactPlace, grid: StepGrid, run: StepRun,
): void {
  const turn = p2 === 0 ? Infinity : -p1 / (2 * p2);
  if (turn > 0 && turn < to) {
    const up = p1 > 0 ? 1 : 0;
    if (from < turn) stretch(at, 0, p0, p1, p2, turn, up, exact, grid, run);
    stretch(at, turn, p0 + (p1 + p2 * turn) * turn, 0, p2, to - turn, 1 - up, exact, grid, run);
    return;
  }
  stretch(at, 0, p0, p1, p2, to, (p1 === 0 ? p2 : p1) > 0 ? 1 : 0, exact, grid, run);
}

/** One stretch that goes only up or only down: starts `offset` seconds after `at`, at p0 with speed p1, and is known for `seconds`. */
function stretch(
  at: number, offset: number, p0: number, p1: number, p2: number, seconds: number, up: number, exact: ExactPlace,
  grid: StepGrid, run: StepRun,
): void {
  const { stepDist, freq } = grid;
  const end = p0 + (p1 + p2 * seconds) * seconds;
  const { lastUp } = run;
  const count = grid.stepsTo(end, up, lastUp);
  if (count > 0) {
    const sign = up ? 1 : -1;
    const scale = sign / stepDist;
    const startTick = (at + offset - grid.timeOffset) * freq;
    const origin = Math.floor(startTick);
    const v = (scale * p1) / freq;
    const h4 = (4 * scale * p2) / (freq * freq);
    const first = scale * (grid.boundary(up) - p0);
    run.appendPiece(up, origin, startTick - origin, v, h4, first, scale * (end - p0), count);
    grid.take(count, up, lastUp);
  }
  if (run.lastUp !== up) return;
  if (grid.isFullyReached(end, up) ?? grid.isSumReached(exact.placeAt(offset + seconds), up, count === 0)) run.commit();
}
