/** Phases of a motor as places on a circle of `phases` microsteps, four full steps round. */

export const wrapPhase = (phase: number, phases: number): number => ((phase % phases) + phases) % phases;

/** The same phase counted in `to` instead of `from` per cycle, to the nearest. */
export const scalePhase = (phase: number, from: number, to: number): number => Math.trunc((phase / from) * to + 0.5) % to;

/** The short way round: −phases/2 … phases/2. */
export function centredPhase(difference: number, phases: number): number {
  const wrapped = wrapPhase(difference, phases);
  return wrapped >= phases - Math.floor(phases / 2) ? wrapped - phases : wrapped;
}

/** The position (mm) nearest to `endstop` at which a motor in `phase` has its zero on a full step. `stepDist`: mm per microstep. */
export function alignedPosition(endstop: number, phase: number, phases: number, stepDist: number): number {
  const microsteps = phases / 4;
  const pastFullStep = centredPhase(phase, microsteps) * stepDist;
  const fullStep = microsteps * stepDist;
  return Math.round((endstop - pastFullStep) / fullStep) * fullStep + pastFullStep;
}

/**
 * The phase that lies nearest to all that were counted, by the sum of the ways round; of several the first from the middle of the circle on. `first` and `last`
 * are the ends of the range that was met, in the direction of rising phases. At least one must have been counted.
 */
export function likeliestPhase(counts: readonly number[]): { phase: number; first: number; last: number } {
  const phases = counts.length, half = Math.floor(phases / 2);
  const cost = (phase: number): number => counts.reduce((sum, count, met) => sum + count * Math.abs(wrapPhase(met - phase + half, phases) - half), 0);
  let phase = half;
  for (let turn = 1; turn < phases; turn++) {
    const tried = (half + turn) % phases;
    if (cost(tried) < cost(phase)) phase = tried;
  }
  const met = counts.map((_, i) => wrapPhase(phase - half + i, phases)).filter((each) => counts[each]! > 0);
  return { phase, first: met[0]!, last: met.at(-1)! };
}
