/** Follows an output pin of a controller in world seconds, over resets of the controller. */
import type { OutputState, PlantAttachment } from "../firmware/gpio.js";
import type { PinPlace } from "./config-values.js";
import type { PowerPattern } from "./thermal-body.js";

/** Calls back with what the pin does from now on; a pin that the board lacks never changes. */
export function watchOutput(mcu: PlantAttachment, place: PinPlace, listener: (pattern: PowerPattern) => void): void {
  if (mcu.mcuName !== place.mcu) return;
  let resetClock: number | undefined;
  mcu.gpio.onReset((lastClock) => { resetClock = lastClock; });
  try {
    mcu.gpio.onOutput(place.pin, (state) => {
      // During a reset the clock still shows the old count while world time goes by the new one, which starts at 0.
      const resetting = resetClock !== undefined && mcu.now() === resetClock;
      if (!resetting) resetClock = undefined;
      listener(patternOf(state, mcu.worldTimeAt(resetting ? 0 : mcu.now()), mcu.clockFreq, place.inverted));
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

function patternOf(state: OutputState, since: number, clockFreq: number, inverted: boolean): PowerPattern {
  const constant = state.cycleTicks === 0;
  return {
    since,
    onSeconds: constant ? (state.onTicks > 0 ? 1 : 0) : state.onTicks / clockFreq,
    cycleSeconds: constant ? 0 : state.cycleTicks / clockFreq,
    inverted,
  };
}

/** Fraction of time that the load conducts, 0…1. */
export function conductingDuty(pattern: PowerPattern): number {
  const high = pattern.cycleSeconds === 0 ? (pattern.onSeconds > 0 ? 1 : 0) : pattern.onSeconds / pattern.cycleSeconds;
  return pattern.inverted ? 1 - high : high;
}
