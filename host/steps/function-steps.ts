/**
 * Steps of a stepper whose position is any smooth function of the point (delta towers, polar, winches, …).
 *
 * A segment is cut where the position turns round, found from the sign of its slope at a few times; on each stretch that
 * only rises or falls every step is found by a bracketed secant iteration (Illinois), started from the speed at the step before.
 */
import type { StepGrid } from "./step-grid.js";
import type { SegmentSolver } from "./segment-solver.js";
import type { StepRun } from "./step-run.js";
import type { FunctionKinematics } from "./stepper-kinematics.js";
import { moveDistance, type Trapq, type TrapqMove } from "./trapq.js";

/** Step times are found to this, s. */
const TIME_TOLERANCE = 1e-9;
const MAX_ITERATIONS = 60;
/** The slope's sign is looked at this often, s, and at least so many times in a stretch. */
const SLOPE_SPACING = 0.01;
const SLOPE_SAMPLES = 4;
/** Time over which a slope is measured, s. */
const SLOPE_SPAN = 1e-6;

export class FunctionSteps implements SegmentSolver {
  private readonly kinematics: FunctionKinematics;
  private move: TrapqMove | null = null;
  private near = 0;

  constructor(kinematics: FunctionKinematics) {
    this.kinematics = kinematics;
  }

  segment(trapq: Trapq, seq: number, from: number, to: number, grid: StepGrid, run: StepRun): void {
    const move = trapq.move(seq);
    this.move = move;
    this.near = grid.position;
    const start = from - move.printTime;
    const end = to - move.printTime;
    if (end <= start) return;
    const samples = Math.max(SLOPE_SAMPLES, Math.ceil((end - start) / SLOPE_SPACING));
    let stretchStart = start;
    let before = start;
    let sign = 0;
    for (let i = 0; i <= samples; i++) {
      const at = i === samples ? end : start + ((end - start) * i) / samples;
      const next = this.slopeSign(at, start, end);
      if (next * sign < 0) {
        const turn = this.turn(before, at, next, start, end);
        this.stretch(stretchStart, turn, grid, run);
        stretchStart = turn;
      }
      if (next !== 0) sign = next;
      before = at;
    }
    this.stretch(stretchStart, end, grid, run);
    if (this.kinematics.normalize !== undefined) grid.setPosition(this.kinematics.normalize(grid.position));
  }

  /** Position `seconds` after the start of the segment, mm. */
  private position(seconds: number): number {
    const move = this.move!;
    const d = moveDistance(move, seconds);
    const { startX, startY, startZ, axesRX, axesRY, axesRZ } = move;
    return this.kinematics.position(startX + axesRX * d, startY + axesRY * d, startZ + axesRZ * d, this.near);
  }

  private slopeSign(at: number, start: number, end: number): number {
    const low = Math.max(start, at - SLOPE_SPAN / 2);
    const high = Math.min(end, low + SLOPE_SPAN);
    return Math.sign(this.position(high) - this.position(low));
  }

  /** Time between low and high at which the slope takes the sign `after`. */
  private turn(low: number, high: number, after: number, start: number, end: number): number {
    while (high - low > SLOPE_SPAN) {
      const middle = 0.5 * (low + high);
      if (this.slopeSign(middle, start, end) === after) high = middle;
      else low = middle;
    }
    return 0.5 * (low + high);
  }

  /** Steps between two times, s from the segment's start, between which the position does not turn. */
  private stretch(from: number, to: number, grid: StepGrid, run: StepRun): void {
    const end = this.position(to);
    let position = this.position(from);
    const up = end > position ? 1 : 0;
    const count = grid.stepsTo(end, up, run.lastUp);
    if (count > 0) {
      const sign = up ? 1 : -1;
      const startTick = (this.move!.printTime - grid.timeOffset) * grid.freq;
      const origin = Math.floor(startTick);
      const fraction = startTick - origin + 0.5;
      let low = from;
      let guess = from + (to - from) / (count + 1);
      for (let j = 0; j < count; j++) {
        const boundary = grid.boundary(up);
        const at = this.crossing(boundary, sign, low, position, to, end, guess);
        grid.take(1, up, run.lastUp);
        run.append(up, origin + Math.floor(at * grid.freq + fraction));
        const speed = (boundary - position) / (at - low);
        guess = at + (sign * grid.stepDist) / speed;
        low = at;
        position = boundary;
      }
    }
    if (run.lastUp === up && (grid.isFullyReached(end, up) ?? grid.isSumReached(end, up, count === 0))) run.commit();
  }

  /** Time at which the position passes `target`, between two times with the positions there. */
  private crossing(
    target: number, sign: number, low: number, lowPosition: number, high: number, highPosition: number, guess: number,
  ): number {
    let lowShort = sign * (target - lowPosition);
    let highShort = sign * (target - highPosition);
    if (lowShort <= 0) return low;
    if (highShort >= 0) return high;
    let at = guess > low && guess < high ? guess : low + ((high - low) * lowShort) / (lowShort - highShort);
    for (let i = 0, side = 0; i < MAX_ITERATIONS; i++) {
      const short = sign * (target - this.position(at));
      if (short > 0) {
        low = at;
        lowShort = short;
        // Illinois: the end that stays twice is made to count half.
        if (side === 1) highShort /= 2;
        side = 1;
      } else {
        high = at;
        highShort = short;
        if (side === -1) lowShort /= 2;
        side = -1;
      }
      if (high - low <= TIME_TOLERANCE) break;
      const next = low + ((high - low) * lowShort) / (lowShort - highShort);
      if (Math.abs(next - at) <= TIME_TOLERANCE) return next;
      // A bracket that hardly shrinks is halved.
      at = i > 8 && i % 3 === 0 ? 0.5 * (low + high) : next;
    }
    return high;
  }
}
