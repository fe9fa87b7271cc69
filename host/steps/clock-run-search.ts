/**
 * Finds the longest row of steps whose clocks are given one by one: the reference search, and the one in use where step
 * times have no closed form.
 *
 * Step i of a row (1-based) may come from lo(i) to hi(i): never late, and early by no more than the MCU's maximum error
 * or half the distance to the step before. Seen from the step before the row and divided by i these windows are
 * segments that one line with integer slope (add) and intercept (interval) must cross; see LineStabber.
 */
import { FAR_TICKS } from "./row-output.js";
import { LineStabber } from "./line-stabber.js";

/** Largest count of a queue_step. */
export const MAX_COUNT = 65535;
/** How many values of add are tried for a row. */
const MAX_TRIES = 9;

/** Search for one row; the result is in interval, count, add. */
export class ClockRunSearch {
  interval = 0;
  count = 0;
  add = 0;

  private readonly stabber = new LineStabber();
  private low = new Float64Array(1024);
  private high = new Float64Array(1024);
  /** Result of `countWith`. */
  private triedInterval = 0;

  /**
   * Longest row from clocks[from] on, not beyond clocks[to - 1], when the step before came at `previous`. The first step must
   * be nearer than FAR_TICKS.
   */
  search(clocks: Float64Array, from: number, to: number, previous: number, maxErrorTicks: number): void {
    const limit = this.stab(clocks, from, Math.min(to, from + MAX_COUNT), previous, maxErrorTicks);
    const steepest = Math.floor(this.stabber.steepest);
    const flattest = Math.ceil(this.stabber.flattest);
    if (limit === 1) {
      this.interval = this.high[0]!;
      this.count = 1;
      this.add = 0;
      return;
    }
    let bestReach = -1;
    this.count = 0;
    const stride = Math.max(1, Math.floor((steepest - flattest) / (MAX_TRIES - 1)));
    for (let tries = 0, add = steepest; tries < MAX_TRIES && add >= flattest; tries++, add -= stride) {
      const count = this.countWith(add, limit);
      if (count < this.count) continue;
      // Of two rows of one length the one that ends later leaves the next one more room.
      const reach = this.triedInterval * count + (add * count * (count - 1)) / 2;
      if (count > this.count || reach > bestReach) {
        this.interval = this.triedInterval;
        this.count = count;
        this.add = add;
        bestReach = reach;
      }
      if (count === limit) break;
    }
    if (this.add !== 0) this.preferZero(limit);
  }

  /** A row with add 0 is a byte shorter on the wire; taken when nearly as long. */
  private preferZero(limit: number): void {
    const count = this.countWith(0, limit);
    if (count + Math.floor(count / 16) < this.count) return;
    this.interval = this.triedInterval;
    this.count = count;
    this.add = 0;
  }

  /** Fills the windows and returns how many steps one line with an integer slope and any intercept covers. */
  private stab(clocks: Float64Array, from: number, to: number, previous: number, maxErrorTicks: number): number {
    const stabber = this.stabber;
    if (to - from > this.low.length) this.grow(to - from);
    const low = this.low;
    const high = this.high;
    let before = 0;
    for (let at = from; at < to; at++) {
      const ticks = clocks[at]! - previous;
      const i = at - from + 1;
      if (ticks >= FAR_TICKS) return i - 1;
      const half = Math.floor((ticks - before) / 2);
      before = ticks;
      const lowest = ticks - (half < maxErrorTicks ? half : maxErrorTicks);
      low[i - 1] = lowest;
      high[i - 1] = ticks;
      if (i === 1) stabber.start(0, lowest, ticks);
      else if (!stabber.add((i - 1) / 2, lowest / i, ticks / i)) return i - 1;
    }
    return to - from;
  }

  /** Steps that a row with this add covers, at most limit; the largest interval that does it is in triedInterval. */
  private countWith(add: number, limit: number): number {
    const low = this.low;
    const high = this.high;
    let lowest = low[0]!;
    let highest = high[0]!;
    let count = 1;
    for (; count < limit; count++) {
      const i = count + 1;
      const curve = (add * count * i) / 2;
      const most = (high[count]! - curve) / i;
      const least = (low[count]! - curve) / i;
      const nextHighest = most < highest ? Math.floor(most) : highest;
      const nextLowest = least > lowest ? Math.ceil(least) : lowest;
      if (nextLowest > nextHighest) break;
      highest = nextHighest;
      lowest = nextLowest;
    }
    this.triedInterval = highest;
    return count;
  }

  private grow(size: number): void {
    const capacity = 2 ** Math.ceil(Math.log2(size));
    this.low = new Float64Array(capacity);
    this.high = new Float64Array(capacity);
  }
}
