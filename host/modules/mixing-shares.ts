/** Shares of the feeders of a mixing nozzle, summing up to 1: those that a user gives, and Kalico's numbered presets. */

/**
 * Reads `1:3:6` or `1,3,6`; factors that are not given are 0.
 * @throws what `error` makes, when there are too many, one is no number that is 0 or more, or all are 0
 */
export function sharesOf(text: string, count: number, error: (message: string) => Error): number[] {
  const words = text.replaceAll(",", ":").split(":");
  const factors = words.map((word) => (/^\s*$/.test(word) ? Number.NaN : Number(word)));
  const wrong = factors.findIndex((factor, i) => i >= count || !(factor >= 0 && Number.isFinite(factor)));
  if (wrong >= count) throw error(`Invalid stepper/motor factor: ${words.length} factors for ${count} steppers`);
  if (wrong >= 0) throw error(`Invalid stepper/motor factor: ${words[wrong]}`);
  const sum = factors.reduce((total, factor) => total + factor, 0);
  if (sum === 0) throw error("Could not save ratio: its empty");
  return Array.from({ length: count }, (_, i) => (factors[i] ?? 0) / sum);
}

/**
 * Presets by number: all alike; each alone; all but one; with three feeders, two of them two to one and one to two.
 */
export function mixingPresets(count: number): number[][] {
  const feeders = Array.from({ length: count }, (_, i) => i);
  const mix = (weight: (feeder: number) => number): number[] => {
    const weights = feeders.map(weight);
    const sum = weights.reduce((total, one) => total + one, 0);
    return weights.map((one) => one / sum);
  };
  const presets = [mix(() => 1), ...feeders.map((alone) => mix((feeder) => (feeder === alone ? 1 : 0)))];
  if (count > 1) presets.push(...feeders.map((absent) => mix((feeder) => (feeder === absent ? 0 : 1))));
  if (count === 3) {
    for (const absent of feeders) {
      // The feeder after the absent one, and the one after that.
      for (const weights of [[0, 2, 1], [0, 1, 2]]) presets.push(mix((feeder) => weights[(feeder - absent + count) % count]!));
    }
  }
  return presets;
}
