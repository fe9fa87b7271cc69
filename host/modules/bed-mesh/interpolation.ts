/**
 * Finer grids from measured ones. A line of heights at equal distances is refined by `factor`: between two of them come factor − 1 new
 * ones, and the measured ones stay as they are. A grid is refined along its rows first and then along its columns; heights mm.
 */

/** A line of heights, refined by a factor. */
export type RefineLine = (heights: readonly number[], factor: number) => number[];

/** `[rows][columns]`, from the lowest y and x on. */
export type Grid = readonly (readonly number[])[];

/** Heights of a line at positions in units of the distance of the measured ones. */
function refine(heights: readonly number[], factor: number, heightAt: (position: number) => number): number[] {
  const count = (heights.length - 1) * factor + 1;
  return Array.from({ length: count }, (_, i) => (i % factor === 0 ? heights[i / factor]! : heightAt(i / factor)));
}

/** Nothing comes between the measured heights. */
export const directLine: RefineLine = (heights) => [...heights];

/** Lagrange: the one polynomial of lowest degree through all heights. */
export const lagrangeLine: RefineLine = (heights, factor) => {
  // Heights are at 0, 1, 2, …, so the denominators of the base polynomials do not depend on the place.
  const weights = heights.map((_, i) => heights.reduce((product, _other, j) => (j === i ? product : product * (i - j)), 1));
  return refine(heights, factor, (position) =>
    heights.reduce((sum, height, i) => {
      let base = 1;
      for (let j = 0; j < heights.length; j++) if (j !== i) base *= position - j;
      return sum + (height * base) / weights[i]!;
    }, 0));
};

/**
 * Cardinal spline: a cubic from each height to the next, whose slope at a height is `tension` times the difference of its neighbours.
 * Beyond the ends the line goes on flat.
 */
export function cardinalLine(tension: number): RefineLine {
  return (heights, factor) => {
    const last = heights.length - 1;
    const at = (index: number): number => heights[Math.max(0, Math.min(last, index))]!;
    const slope = (index: number): number => tension * (at(index + 1) - at(index - 1));
    return refine(heights, factor, (position) => {
      const left = Math.floor(position);
      const t = position - left;
      // Hermite form.
      const t2 = t * t, t3 = t2 * t;
      return (
        (2 * t3 - 3 * t2 + 1) * at(left) + (t3 - 2 * t2 + t) * slope(left) +
        (3 * t2 - 2 * t3) * at(left + 1) + (t3 - t2) * slope(left + 1)
      );
    });
  };
}

/** Refines a grid along both axes. */
export function refineGrid(grid: Grid, xFactor: number, yFactor: number, refineLine: RefineLine): number[][] {
  const rows = grid.map((row) => refineLine(row, xFactor));
  const columns = rows[0]!.map((_, x) => refineLine(rows.map((row) => row[x]!), yFactor));
  return columns[0]!.map((_, y) => columns.map((column) => column[y]!));
}
