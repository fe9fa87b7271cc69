/**
 * Where a motor's rotor is between steps. The host steps when the place that it wants is half way between two positions, so a rotor that
 * follows glides through the half at each step, and on a line in between. Before and after a pause it comes to rest on the whole position. What
 * is behind the motor then feels the motion and not the steps. Positions in steps, clocks in ticks.
 */
import type { Step, StepsAround } from "../firmware/gpio.js";

/** Time in which a rotor comes to rest from half a step, s: as long as it swings once by itself at 200 Hz. */
const REST_SECONDS = 0.005;

/** Place of the rotor at `clock`, at most half a step from the position that was counted. */
export function rotorPosition({ position, last, next }: StepsAround, clock: number, clockFreq: number): number {
  const rest = REST_SECONDS * clockFreq;
  const glide = last === undefined || next === undefined ? rest : Math.min(rest, (next.clock - last.clock) / 2);
  return position - share(last, clock, glide) + share(next, clock, glide);
}

/** What a step that is close adds, up to half a step. */
function share(step: Step | undefined, clock: number, glide: number): number {
  if (step === undefined) return 0;
  const away = Math.abs(clock - step.clock);
  return away >= glide ? 0 : (step.sign / 2) * (1 - away / glide);
}
