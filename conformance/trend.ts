/**
 * Trends of noisy series. A heap is measured with a noise larger than what one restart may cost, and its first lives warm caches
 * up; the median of all pairwise slopes (Theil-Sen) is moved neither by single outliers nor by the ends of the series.
 */

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Growth for each step of an evenly spaced series, in its unit; the first two values are warm-up. 0 where there are too few. */
export function slope(series: readonly number[]): number {
  const slopes: number[] = [];
  for (let i = 2; i < series.length; i++) for (let k = i + 1; k < series.length; k++) slopes.push((series[k]! - series[i]!) / (k - i));
  return slopes.length === 0 ? 0 : median(slopes);
}
