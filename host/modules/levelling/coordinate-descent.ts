/**
 * Least squares without derivatives: finds the parameters with the smallest error by trying one after the other, a step up and a step down. A
 * parameter whose step helped takes longer steps from then on, another shorter ones; all steps so small that they add up to nothing mean that the
 * valley's floor is reached. The growth, the shrinkage and the end are those of Kalico: where the floor is nearly flat the result depends
 * on them, and it is printed and saved.
 */

const FIRST_STEP = 1;
const GROWTH = 1.1;
const SHRINKAGE = 0.9;
/** Sum of all steps at which the search ends. */
const PRECISION = 0.00001;
const MAX_ROUNDS = 10000;

/** The error of a set of parameters: 0 or more. */
export type ErrorOf = (parameters: readonly number[]) => number;

export interface Descent {
  parameters: number[];
  /** Error at the start and at the end. */
  startError: number;
  error: number;
}

/**
 * Searches from `start` on, moving the parameters with the indices `adjusted` in that order (default: all); the others stay.
 */
export function coordinateDescent(start: readonly number[], errorOf: ErrorOf, adjusted: readonly number[] = [...start.keys()]): Descent {
  const parameters = [...start];
  const startError = errorOf(parameters);
  let error = startError;
  /** Moves one parameter by `step` where that helps. */
  const improves = (index: number, step: number): boolean => {
    const before = parameters[index]!;
    parameters[index] = before + step;
    const tried = errorOf(parameters);
    if (tried < error) {
      error = tried;
      return true;
    }
    parameters[index] = before;
    return false;
  };
  const steps = adjusted.map(() => FIRST_STEP);
  for (let round = 0; round < MAX_ROUNDS && steps.reduce((sum, step) => sum + step, 0) > PRECISION; round++) {
    for (const [i, index] of adjusted.entries()) {
      const step = steps[i]!;
      steps[i] = step * (improves(index, step) || improves(index, -step) ? GROWTH : SHRINKAGE);
    }
  }
  return { parameters, startError, error };
}
