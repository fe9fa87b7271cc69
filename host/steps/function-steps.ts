/**
 * Steps of a stepper whose position is any smooth function of the point (delta towers, polar, winches, …).
 *
 * Where the kinematics has a closed form on straight lines, each step's distance along the segment and from it its time follow at once.
 * Elsewhere a segment is cut where the position turns round, found from the sign of its slope at a few times; on each stretch that
 * only rises or falls every step is found by a bracketed secant iteration (Illinois), started from the speed at the step before.
 */
import type { SegmentSolver } from "./segment-solver.js";
import type { ShapedPath } from "./shaped-path.js";
import type { StepGrid } from "./step-grid.js";
import type { StepRun } from "./step-run.js";
import type { FunctionKinematics, StraightLine } from "./stepper-kinematics.js";
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
  /** The motion that is solved: a segment, or a piece of a shaped path. */
  private move: TrapqMove | null = null;
  private path: ShapedPath | null = null;
  private near = 0;

  constructor(kinematics: FunctionKinematics) {
    this.kinematics = kinematics;
  }

  segment(trapq: Trapq, seq: number, from: number, to: number, grid: StepGrid, run: StepRun): void {
    const move = trapq.move(seq);
    this.move = move;
    this.path = null;
    this.near = grid.position;
    const start = from - move.printTime;
    const end = to - move.printTime;
    if (end <= start) return;
    const { line } = this.kinematics;
    if (line !== undefined && onlyForward(move, end)) this.alongLine(line, move, start, end, grid, run);
    else this.monotonicStretches(move.printTime, start, end, grid, run);
    this.normalize(grid);
  }

  /** Steps of one piece of a shaped path. */
  pathPiece(path: ShapedPath, grid: StepGrid, run: StepRun): void {
    this.path = path;
    this.near = grid.position;
    this.monotonicStretches(path.at, 0, path.seconds, grid, run);
    this.normalize(grid);
  }

  private normalize(grid: StepGrid): void {
    if (this.kinematics.normalize !== undefined) grid.setPosition(this.kinematics.normalize(grid.position));
  }

  /** Position `seconds` after the start of the motion, mm. */
  private position(seconds: number): number {
    const { path } = this;
    if (path !== null) {
      const { values, speeds, halves } = path;
      return this.kinematics.position(
        values[0]! + (speeds[0]! + halves[0]! * seconds) * seconds,
        values[1]! + (speeds[1]! + halves[1]! * seconds) * seconds,
        values[2]! + (speeds[2]! + halves[2]! * seconds) * seconds,
        this.near,
      );
    }
    const move = this.move!;
    const d = moveDistance(move, seconds);
    const { startX, startY, startZ, axesRX, axesRY, axesRZ } = move;
    return this.kinematics.position(startX + axesRX * d, startY + axesRY * d, startZ + axesRZ * d, this.near);
  }

  // ── Closed form on a straight line ────────────────────────────────────────────────────────────

  private alongLine(line: StraightLine, move: TrapqMove, start: number, end: number, grid: StepGrid, run: StepRun): void {
    const { startX, startY, startZ, axesRX, axesRY, axesRZ, startV, halfAccel } = move;
    const turn = line.begin(startX, startY, startZ, axesRX, axesRY, axesRZ);
    const turnTime = timeOfDistance(startV, halfAccel, turn);
    if (turnTime > start && turnTime < end) {
      this.lineStretch(line, false, move, start, turnTime, grid, run);
      this.lineStretch(line, true, move, turnTime, end, grid, run);
    } else {
      this.lineStretch(line, turn <= moveDistance(move, start), move, start, end, grid, run);
    }
  }

  private lineStretch(line: StraightLine, isAfterTurn: boolean, move: TrapqMove, from: number, to: number, grid: StepGrid, run: StepRun): void {
    const end = this.position(to);
    const up = end > this.position(from) ? 1 : 0;
    const count = grid.stepsTo(end, up, run.lastUp);
    if (count > 0) {
      const { startV, halfAccel } = move;
      const { freq, stepDist } = grid;
      const startTick = (move.printTime - grid.timeOffset) * freq;
      const origin = Math.floor(startTick);
      const fraction = startTick - origin + 0.5;
      const first = grid.boundary(up);
      const pitch = up ? stepDist : -stepDist;
      const previousUp = run.lastUp;
      let at = from;
      for (let j = 0; j < count; j++) {
        const time = timeOfDistance(startV, halfAccel, line.distanceAt(first + j * pitch, isAfterTurn));
        // Rounding must not put a step out of its stretch or out of order.
        if (time > at) at = time < to ? time : to;
        run.append(up, origin + Math.floor(at * freq + fraction));
      }
      grid.take(count, up, previousUp);
    }
    this.commitAt(end, up, count, grid, run);
  }

  // ── Any function ──────────────────────────────────────────────────────────────────────────────

  /** Steps between two times, s from the motion's start at print time `at`. */
  private monotonicStretches(at: number, start: number, end: number, grid: StepGrid, run: StepRun): void {
    const samples = Math.max(SLOPE_SAMPLES, Math.ceil((end - start) / SLOPE_SPACING));
    let stretchStart = start;
    let before = start;
    let sign = 0;
    for (let i = 0; i <= samples; i++) {
      const sample = i === samples ? end : start + ((end - start) * i) / samples;
      const next = this.slopeSign(sample, start, end);
      if (next * sign < 0) {
        const turn = this.turn(before, sample, next, start, end);
        this.stretch(at, stretchStart, turn, grid, run);
        stretchStart = turn;
      }
      if (next !== 0) sign = next;
      before = sample;
    }
    this.stretch(at, stretchStart, end, grid, run);
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

  /** Steps between two times between which the position does not turn. */
  private stretch(printTime: number, from: number, to: number, grid: StepGrid, run: StepRun): void {
    const end = this.position(to);
    let position = this.position(from);
    const up = end > position ? 1 : 0;
    const count = grid.stepsTo(end, up, run.lastUp);
    if (count > 0) {
      const sign = up ? 1 : -1;
      const startTick = (printTime - grid.timeOffset) * grid.freq;
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
    this.commitAt(end, up, count, grid, run);
  }

  private commitAt(end: number, up: number, count: number, grid: StepGrid, run: StepRun): void {
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

/** Whether a segment moves only forward along its line for `seconds`. */
function onlyForward(move: TrapqMove, seconds: number): boolean {
  return move.startV >= 0 && move.startV + 2 * move.halfAccel * seconds >= 0;
}

/** Time, s from the start of a segment, at which it has gone a distance; for one out of reach a time after its stop. */
function timeOfDistance(startV: number, halfAccel: number, distance: number): number {
  if (distance <= 0) return distance === 0 ? 0 : -1;
  return (2 * distance) / (startV + Math.sqrt(Math.max(0, startV * startV + 4 * halfAccel * distance)));
}
