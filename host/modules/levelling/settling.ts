/**
 * When has a measurement that is taken over and over come to rest? The values of the last few passes are looked at: how far each wanders, and how unequally they
 * wander. As long as a pass makes that smaller it is worth going on; the result is the mean of these passes. Values in any unit, mostly mm.
 */

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation, of all there is (not of a sample). */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** The values of one place in all passes. */
const columns = (passes: readonly (readonly number[])[]): number[][] => passes[0]!.map((_, place) => passes.map((pass) => pass[place]!));

export interface SettlingState {
  /** Deviation of the deviations of all values over the last passes. */
  error: number;
  /** The same one pass earlier; undefined where there had not been enough passes. */
  previous: number | undefined;
  /** Whether this pass did not make it smaller. */
  isSettled: boolean;
}

export class Settling {
  private readonly length: number;
  private passes: (readonly number[])[] = [];
  private last: number | undefined;

  /** @param length how many passes are looked at: 1 or more */
  constructor(length: number) {
    this.length = length;
  }

  /** Takes the values of a pass; undefined until there are enough passes. */
  add(values: readonly number[]): SettlingState | undefined {
    this.passes = [...this.passes, values].slice(-this.length);
    if (this.passes.length < this.length) return undefined;
    const error = deviation(columns(this.passes).map(deviation));
    const previous = this.last;
    this.last = error;
    return { error, previous, isSettled: previous !== undefined && error >= previous };
  }

  /** Mean of each value over the last passes. */
  means(): number[] {
    return columns(this.passes).map(mean);
  }
}
