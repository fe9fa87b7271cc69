/** `--resonance AXIS=HZ[,DAMPING]`: how the simulated machine swings, e.g. `x=45` or `y=38,0.12`. Text → options of the plant; a wrong one is a UsageError. */
import type { ResonanceOptions } from "../../sim-mcu/plant/index.js";
import { UsageError } from "./exit-codes.js";

export const RESONANCE_HELP = "natural frequency of an axis and its damping ratio, AXIS=HZ[,DAMPING], may be repeated: x=45 or y=38,0.12";

/** Highest frequency that makes sense: the fastest chip measures 4500 times a second. */
const MAX_HZ = 1000;

/** @throws UsageError */
export function parseResonances(texts: readonly string[]): NonNullable<ResonanceOptions["resonances"]> {
  const resonances: { [axis in "x" | "y" | "z"]?: { hz: number; damping?: number } } = {};
  for (const text of texts) {
    const [, axis, frequency, ratio] = /^\s*([xyz])\s*=\s*([\d.]+)\s*(?:,\s*([\d.]+)\s*)?$/i.exec(text) ?? [];
    const hz = Number(frequency), damping = Number(ratio ?? 0);
    if (axis === undefined || !(hz > 0 && hz <= MAX_HZ) || !(damping >= 0 && damping < 1)) {
      throw new UsageError(`Option --resonance must be AXIS=HZ[,DAMPING] with axis x, y or z, up to ${MAX_HZ} Hz and a damping ratio below 1, found "${text}"`);
    }
    resonances[axis.toLowerCase() as "x"] = ratio === undefined ? { hz } : { hz, damping };
  }
  return resonances;
}
