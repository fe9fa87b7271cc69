/**
 * Finds the longest row from few steps of a PieceTable, and proves that the steps between them fit too.
 *
 * 1. Stab (see LineStabber) the windows of knots only: steps 1, 2, 3, … of the row in growing strides, both ends of every piece,
 *    and by bisection the last step that fits.
 * 2. Choose the integers add and interval; the last step of the row becomes a knot.
 * 3. Prove each gap between knots. With r1, r2 the distances to a bound at its ends, L its length and K a bound of the
 *    distance's second derivative, the distance at u is at least r1 + (r2 - r1)*u/L - K/2*u*(L-u). The row's second derivative
 *    is add; that of the step times is monotone on a piece, so its values at the ends bound it.
 * 4. Where the proof fails look at the middle step. If it fits, go on with the halves; if not, it joins the knots: start again
 *    at 1 with no new evaluations but one.
 */
import { MAX_COUNT } from "./clock-run-search.js";
import { LineStabber } from "./line-stabber.js";
import type { PieceTable } from "./piece-table.js";
import { FAR_TICKS } from "./row-output.js";

/** Values of add tried for a row. */
const MAX_TRIES = 9;
/** Returns to stabbing before a row is left to the step-by-step search. */
const MAX_ROUNDS = 12;
const MAX_KNOTS = 512;
/** Upper bounds are lowered by this much, ticks, against rounding. */
const SHAVE = 1e-6;
/** The next knot is 1 / 2^this of the steps so far ahead. */
const STRIDE_SHIFT = 1;

export class KnotSearch {
  interval = 0;
  count = 0;
  add = 0;

  private readonly table: PieceTable;
  private readonly stabber = new LineStabber();
  /** Step of each knot counted from the row's start (1, 2, …), ascending. */
  private readonly ks = new Float64Array(MAX_KNOTS);
  /** Window of each knot, ticks after the step before the row. */
  private readonly lows = new Float64Array(MAX_KNOTS);
  private readonly highs = new Float64Array(MAX_KNOTS);
  /** Second derivative of the step times at each knot and at the step before it. */
  private readonly curves = new Float64Array(MAX_KNOTS);
  private readonly curvesBefore = new Float64Array(MAX_KNOTS);
  /** 1 where half the distance to the step before may be the tighter lower bound. */
  private readonly fast = new Uint8Array(MAX_KNOTS);
  private knots = 0;
  /** Knots that one line stabs. */
  private good = 0;
  /** Largest interval of the last `knotsWith`, and the range that is left. */
  private triedLow = 0;
  private triedHigh = 0;

  private from = 0;
  /** Steps that may be in the row: those there are, less those that are known not to fit. */
  private available = 0;
  /** A step that does not fit, 0 while none is known. */
  private failed = 0;
  private previous = 0;
  private maxErrorTicks = 0;
  /** Steps per tick above which half intervals may be shorter than the maximum error. */
  private fastSpeed = 0;

  constructor(table: PieceTable) {
    this.table = table;
  }

  /**
   * Longest row of at most `available` steps from the table's first, when the step before came at clock `previous`. The result is
   * in interval, count, add. False if the search gives up.
   */
  search(available: number, previous: number, maxErrorTicks: number): boolean {
    this.from = this.table.first - 1;
    this.available = Math.min(available, MAX_COUNT);
    this.previous = previous - this.table.base;
    this.maxErrorTicks = maxErrorTicks;
    this.fastSpeed = 1 / (2 * maxErrorTicks + 3);
    this.failed = 0;
    this.evaluate(0, 1);
    this.knots = 1;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (!this.stab()) return false;
      if (!this.choose()) return false;
      const proof = this.prove();
      if (proof === 0) return true;
      if (proof < 0) return false;
    }
    return false;
  }

  /** Stabs the knots in order, adds knots while they fit, and closes in on the last step that fits. False without room. */
  private stab(): boolean {
    const { ks, lows, highs, stabber } = this;
    stabber.start(0, lows[0]!, highs[0]!);
    for (let at = 1; ; ) {
      if (at === this.knots) {
        const before = ks[at - 1]!;
        if (before >= this.available) break;
        if (at === MAX_KNOTS) return false;
        this.evaluate(at, this.failed > 0 ? Math.ceil((before + this.available) / 2) : this.nextKnot(at - 1));
        this.knots++;
      }
      const k = ks[at]!;
      if (stabber.add((k - 1) / 2, lows[at]! / k, highs[at]! / k)) {
        at++;
        continue;
      }
      // More steps can only be harder to stab: nothing from here on is of use again.
      this.failed = k;
      this.available = k - 1;
      this.knots = at;
    }
    this.good = this.knots;
    return true;
  }

  /** Step for the knot after knot `at`. */
  private nextKnot(at: number): number {
    const { table } = this;
    const k = this.ks[at]!;
    const step = this.from + k;
    table.locate(step);
    const left = Math.min(table.pieceLast - step, this.available - k);
    if (left <= 0) return k + 1;
    // The first step's lower bound follows another rule than the next ones': the proof starts at the second.
    if (k === 1) return 2;
    // So does that of the first step of a piece where the half interval may bind.
    if (step === table.pieceFirst && (this.fast[at] || table.lastSpeedSquared > this.fastSpeed * this.fastSpeed)) return k + 1;
    if (table.acceleration === 0) return k + left;
    return k + Math.min(left, Math.max(1, k >> STRIDE_SHIFT));
  }

  /** Makes step k the knot number `at`, before those there. */
  private insert(at: number, k: number): void {
    const { ks, lows, highs, curves, curvesBefore, fast } = this;
    for (let i = this.knots; i > at; i--) {
      ks[i] = ks[i - 1]!;
      lows[i] = lows[i - 1]!;
      highs[i] = highs[i - 1]!;
      curves[i] = curves[i - 1]!;
      curvesBefore[i] = curvesBefore[i - 1]!;
      fast[i] = fast[i - 1]!;
    }
    this.knots++;
    this.evaluate(at, k);
  }

  /** Finds the window of step k and the curvature there, for knot number `at`. */
  private evaluate(at: number, k: number): void {
    const { table } = this;
    const step = this.from + k;
    table.evaluate(step);
    const time = table.time - this.previous;
    const w = table.speed;
    const h4 = table.acceleration;
    const wBefore = h4 === 0 ? w : Math.sqrt(Math.max(0, w * w - h4));
    const isFast = w > this.fastSpeed || wBefore > this.fastSpeed;
    let high = time + 0.5 - SHAVE;
    let low = time + 0.5 - this.maxErrorTicks;
    if (k === 1) {
      high = Math.floor(time + 0.5);
      low = high - Math.min(this.maxErrorTicks, Math.floor(high / 2));
    } else if (isFast || step === table.pieceFirst) {
      table.evaluate(step - 1);
      const half = (time + table.time - this.previous) / 2 + 1;
      if (half > low) low = half;
    }
    if (low > high || time >= FAR_TICKS) low = Infinity;
    this.ks[at] = k;
    this.lows[at] = low;
    this.highs[at] = high;
    this.curves[at] = h4 === 0 ? 0 : (-0.5 * h4) / (w * w * w);
    this.curvesBefore[at] = h4 === 0 ? 0 : (-0.5 * h4) / (wBefore * wBefore * wBefore);
    this.fast[at] = isFast ? 1 : 0;
  }

  /** Chooses add and interval for as many knots as possible, then the exact count. False without room for the last knot. */
  private choose(): boolean {
    const { ks, good, stabber } = this;
    if (good === 1) {
      this.count = 1;
      this.interval = this.highs[0]!;
      this.add = 0;
      return true;
    }
    const steepest = Math.floor(stabber.steepest);
    const flattest = Math.ceil(stabber.flattest);
    const stride = Math.max(1, Math.floor((steepest - flattest) / (MAX_TRIES - 1)));
    let best = 0;
    let bestReach = -1;
    for (let tries = 0, add = steepest; tries < MAX_TRIES && add >= flattest; tries++, add -= stride) {
      const fitting = this.knotsWith(add, good);
      if (fitting < best) continue;
      const k = ks[fitting - 1]!;
      // Of two rows of one length the one that ends later leaves the next one more room.
      const reach = this.triedHigh * k + (add * k * (k - 1)) / 2;
      if (fitting > best || reach > bestReach) {
        best = fitting;
        bestReach = reach;
        this.add = add;
      }
      if (fitting === good) break;
    }
    if (this.add !== 0) {
      // A row with add 0 is a byte shorter on the wire; taken when nearly as long.
      const flat = ks[this.knotsWith(0, good) - 1]!;
      if (flat + Math.floor(flat / 16) >= ks[best - 1]!) this.add = 0;
    }
    return this.closeIn();
  }

  /** Finds the last step that fits with the chosen add, between the last knot that fits and the next. */
  private closeIn(): boolean {
    const { ks, lows, highs, add } = this;
    let fitting = this.knotsWith(add, this.good);
    while (fitting < this.good && ks[fitting]! - ks[fitting - 1]! > 1) {
      if (this.knots === MAX_KNOTS) return false;
      const k = Math.floor((ks[fitting]! + ks[fitting - 1]!) / 2);
      this.insert(fitting, k);
      this.good++;
      const curve = (add * k * (k - 1)) / 2;
      const high = Math.min(this.triedHigh, Math.floor((highs[fitting]! - curve) / k));
      const low = Math.max(this.triedLow, Math.ceil((lows[fitting]! - curve) / k));
      if (low > high) continue;
      this.triedHigh = high;
      this.triedLow = low;
      fitting++;
    }
    this.count = ks[fitting - 1]!;
    this.interval = this.triedHigh;
    return true;
  }

  /** Knots, of the first `limit`, that fit a row with this add; the range of intervals is left in triedLow, triedHigh. */
  private knotsWith(add: number, limit: number): number {
    const { ks, lows, highs } = this;
    let low = lows[0]!;
    let high = highs[0]!;
    let at = 1;
    for (; at < limit; at++) {
      const k = ks[at]!;
      const curve = (add * k * (k - 1)) / 2;
      const most = (highs[at]! - curve) / k;
      const least = (lows[at]! - curve) / k;
      const nextHigh = most < high ? Math.floor(most) : high;
      const nextLow = least > low ? Math.ceil(least) : low;
      if (nextLow > nextHigh) break;
      high = nextHigh;
      low = nextLow;
    }
    this.triedLow = low;
    this.triedHigh = high;
    return at;
  }

  /** 0: all steps of the row fit; 1: a step that does not has become a knot; -1: no room. */
  private prove(): number {
    const { ks, lows, highs, interval, add, count } = this;
    for (let at = 0; ks[at]! < count; ) {
      const k1 = ks[at]!;
      const k2 = ks[at + 1]!;
      if (k2 - k1 < 2 || this.isProven(at, k1, k2)) {
        at++;
        continue;
      }
      if (this.knots === MAX_KNOTS) return -1;
      const k = Math.floor((k1 + k2) / 2);
      this.insert(at + 1, k);
      const ticks = interval * k + (add * k * (k - 1)) / 2;
      if (ticks > highs[at + 1]! || ticks < lows[at + 1]!) return 1;
    }
    return 0;
  }

  private isProven(at: number, k1: number, k2: number): boolean {
    const { lows, highs, curves, interval, add } = this;
    const c1 = interval * k1 + (add * k1 * (k1 - 1)) / 2;
    const c2 = interval * k2 + (add * k2 * (k2 - 1)) / 2;
    const length = k2 - k1;
    if (!staysPositive(highs[at]! - c1, highs[at + 1]! - c2, curves[at + 1]! - add, length)) return false;
    const curve = this.fast[at] || this.fast[at + 1] ? this.curvesBefore[at]! : curves[at]!;
    return staysPositive(c1 - lows[at]!, c2 - lows[at + 1]!, add - curve, length);
  }
}

/** True if r1 + (r2 - r1)*u/length - bend/2*u*(length - u) >= 0 for all u in 0…length; r1 and r2 are not negative. */
function staysPositive(r1: number, r2: number, bend: number, length: number): boolean {
  if (bend <= 0) return true;
  const u = length / 2 - (r2 - r1) / (bend * length);
  if (u <= 0 || u >= length) return true;
  return r1 + ((r2 - r1) * u) / length - (bend / 2) * u * (length - u) >= 0;
}
