/**
 * Steps of an extruder with pressure advance.
 *
 * The filament position q(t) = position + advance * speed is a parabola on each segment. It is smoothed with a triangle of half width H:
 *     S(t) = integral of q(t + y) * (H - |y|) dy / H^2
 * so that S'' = (q(t+H) - 2*q(t) + q(t-H)) / H^2: between the times where t-H, t or t+H passes a segment's end, S is a quartic.
 * Its value and slope at the start of such an interval come from the integral, the higher terms from the parabolas in the three
 * segments. Roots of S' split it into rising and falling stretches, on which each step is found by safeguarded Newton iteration.
 */
import type { StepRun } from "./step-run.js";
import { LinearSteps } from "./linear-steps.js";
import type { StepGrid } from "./step-grid.js";
import type { SegmentSolver } from "./segment-solver.js";
import type { PressureAdvanceKinematics } from "./stepper-kinematics.js";
import type { Trapq, TrapqMove } from "./trapq.js";

/** Step times are found to this, s. */
const TIME_TOLERANCE = 1e-9;
const MAX_ITERATIONS = 60;

/** One rising or falling quartic: value at τ seconds is s0 + s1*τ + s2*τ^2 + s3*τ^3 + s4*τ^4, mm. */
class Quartic {
  s0 = 0;
  s1 = 0;
  s2 = 0;
  s3 = 0;
  s4 = 0;

  value(t: number): number {
    return this.s0 + t * (this.s1 + t * (this.s2 + t * (this.s3 + t * this.s4)));
  }

  slope(t: number): number {
    return this.s1 + t * (2 * this.s2 + t * (3 * this.s3 + t * 4 * this.s4));
  }

  /** Times inside 0…end at which the slope's own slope changes sign, ascending. */
  inflections(end: number): number[] {
    const a = 12 * this.s4;
    const b = 6 * this.s3;
    const c = 2 * this.s2;
    const root = Math.sqrt(b * b - 4 * a * c);
    if (!(root >= 0)) return [];
    const far = -0.5 * (b + (b < 0 ? -root : root));
    return [far / a, c / far].filter((t) => t > 0 && t < end).sort((p, q) => p - q);
  }

  /** Root of the slope between low and high, where it has opposite signs. */
  slopeRoot(low: number, high: number): number {
    const rising = this.slope(high) > 0;
    for (let i = 0; i < MAX_ITERATIONS && high - low > TIME_TOLERANCE; i++) {
      const middle = 0.5 * (low + high);
      if (this.slope(middle) > 0 === rising) high = middle;
      else low = middle;
    }
    return 0.5 * (low + high);
  }

  /** Time between low and high at which the value passes `target`, on a stretch that rises (sign 1) or falls (-1). */
  crossing(target: number, sign: number, low: number, high: number, guess: number): number {
    let t = guess > low && guess < high ? guess : 0.5 * (low + high);
    for (let i = 0; i < MAX_ITERATIONS; i++) {
      const short = sign * (target - this.value(t));
      if (short > 0) low = t;
      else high = t;
      if (high - low <= TIME_TOLERANCE) return high;
      const step = short / (sign * this.slope(t));
      let next = t + step;
      // The end of the bracket itself is a fair estimate; anything beyond, or NaN, is not.
      if (!(next >= low && next <= high)) next = 0.5 * (low + high);
      if (Math.abs(next - t) <= TIME_TOLERANCE) return next;
      t = next;
    }
    return t;
  }
}

export class PressureAdvanceSteps implements SegmentSolver {
  private readonly kinematics: PressureAdvanceKinematics;
  private readonly raw = new LinearSteps({ kind: "linear", x: 1, y: 0, z: 0 });
  private readonly quartic = new Quartic();
  /** Taylor coefficients of q about a time, from `expand`. */
  private q0 = 0;
  private q1 = 0;
  private q2 = 0;

  constructor(kinematics: PressureAdvanceKinematics) {
    this.kinematics = kinematics;
  }

  segment(trapq: Trapq, seq: number, from: number, to: number, grid: StepGrid, run: StepRun): void {
    const half = 0.5 * this.kinematics.smoothTime;
    if (half === 0) {
      this.raw.segment(trapq, seq, from, to, grid, run);
      return;
    }
    let behind = seqAt(trapq, seq, from - half);
    let ahead = seqAt(trapq, seq, from + half);
    for (let at = from; at < to; ) {
      while (endOf(trapq, behind) <= at - half) behind++;
      while (endOf(trapq, ahead) <= at + half) ahead++;
      let next = Math.min(to, endOf(trapq, behind) + half, endOf(trapq, ahead) - half);
      // Rounding must not stop the walk.
      if (next <= at) next = Math.min(to, at + TIME_TOLERANCE);
      this.fit(trapq, behind, seq, ahead, at, half);
      this.stretches(at, next - at, grid, run);
      at = next;
    }
  }

  /** Sets the quartic for the interval that starts at `at`. */
  private fit(trapq: Trapq, behind: number, seq: number, ahead: number, at: number, half: number): void {
    const base = trapq.move(seq).startX;
    const scale = 1 / (half * half);
    let value = 0;
    let slope = 0;
    for (let i = behind; i <= ahead; i++) {
      const move = trapq.move(i);
      const start = i === behind ? -half : move.printTime - at;
      const end = i === ahead ? half : endOf(trapq, i) - at;
      for (const [a, b, side] of [[start, Math.min(end, 0), -1], [Math.max(start, 0), end, 1]] as const) {
        const w = b - a;
        if (w <= 0) continue;
        this.expand(move, at + a, base);
        const area = w * (this.q0 + w * (this.q1 / 2 + (w * this.q2) / 3));
        const moment = w * w * (this.q0 / 2 + w * (this.q1 / 3 + (w * this.q2) / 4));
        value += half * area - side * (a * area + moment);
        slope += side * area;
      }
    }
    const { quartic } = this;
    quartic.s0 = base + value * scale;
    quartic.s1 = slope * scale;
    this.expand(trapq.move(seq), at, base);
    let d0 = -2 * this.q0;
    let d1 = -2 * this.q1;
    let d2 = -2 * this.q2;
    for (const [i, time] of [[behind, at - half], [ahead, at + half]] as const) {
      this.expand(trapq.move(i), time, base);
      d0 += this.q0;
      d1 += this.q1;
      d2 += this.q2;
    }
    quartic.s2 = (d0 * scale) / 2;
    quartic.s3 = (d1 * scale) / 6;
    quartic.s4 = (d2 * scale) / 12;
  }

  /** Taylor coefficients about `time` of the advanced position in a segment, relative to `base`, mm. */
  private expand(move: TrapqMove, time: number, base: number): void {
    const seconds = time - move.printTime;
    // axesRZ flags that the segment brings its own advance in axesRY.
    const advance = move.axesRZ !== 0 ? move.axesRY : move.axesRY !== 0 ? this.kinematics.pressureAdvance : 0;
    const speed = move.startV + 2 * move.halfAccel * seconds;
    this.q0 = move.startX - base + (move.startV + move.halfAccel * seconds) * seconds + advance * speed;
    this.q1 = speed + advance * 2 * move.halfAccel;
    this.q2 = move.halfAccel;
  }

  /** Steps of the quartic on 0…end seconds after `at`. */
  private stretches(at: number, end: number, grid: StepGrid, run: StepRun): void {
    const { quartic } = this;
    let low = 0;
    let slope = quartic.s1;
    for (const high of [...quartic.inflections(end), end]) {
      const nextSlope = quartic.slope(high);
      if (slope * nextSlope < 0) {
        const turn = quartic.slopeRoot(low, high);
        this.stretch(at, low, turn, grid, run);
        low = turn;
      }
      this.stretch(at, low, high, grid, run);
      low = high;
      slope = nextSlope;
    }
  }

  private stretch(at: number, from: number, to: number, grid: StepGrid, run: StepRun): void {
    const { quartic } = this;
    const end = quartic.value(to);
    const up = end > quartic.value(from) ? 1 : 0;
    const count = grid.stepsTo(end, up, run.lastUp);
    if (count > 0) {
      const sign = up ? 1 : -1;
      const startTick = (at - grid.timeOffset) * grid.freq;
      const origin = Math.floor(startTick);
      const fraction = startTick - origin + 0.5;
      let low = from;
      let guess = from + (to - from) / (count + 1);
      for (let j = 0; j < count; j++) {
        const t = quartic.crossing(grid.boundary(up), sign, low, to, guess);
        grid.take(1, up, run.lastUp);
        run.append(up, origin + Math.floor(t * grid.freq + fraction));
        guess = t + grid.stepDist / Math.abs(quartic.slope(t));
        low = t;
      }
    }
    if (run.lastUp === up && (grid.isFullyReached(end, up) ?? grid.isSumReached(end, up, count === 0))) run.commit();
  }
}

/** Sequence number of the segment that contains `time`, sought from `seq`; the oldest one stands for all time before it. */
function seqAt(trapq: Trapq, seq: number, time: number): number {
  while (seq > trapq.firstSeq && trapq.move(seq).printTime > time) seq--;
  while (endOf(trapq, seq) <= time) seq++;
  return seq;
}

function endOf(trapq: Trapq, seq: number): number {
  const move = trapq.move(seq);
  return move.printTime + move.moveT;
}
