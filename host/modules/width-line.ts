/**
 * Filament between a sensor of its width and the nozzle: a reading counts when the filament it was taken from has reached the nozzle, and the
 * flow then gives the nozzle the nominal volume. Diameters and lengths mm.
 */
import { formatFixed } from "../motion/format-fixed.js";

/** Rounds as Kalico does: half to even, by the exact value. */
export const roundTo = (value: number, digits: number): number => Number(formatFixed(value, digits));

/** What one look at the filament gave. */
export interface WidthLook {
  /** Whether a reading followed another one onto the way. */
  readonly isFurtherReading: boolean;
  /** Diameter of the filament that came to the nozzle. */
  readonly arrived: number | undefined;
}

export class WidthLine {
  private readonly delay: number;
  private readonly interval: number;
  /** Readings on their way, by the position of the extruder at which they arrive. */
  private pending: { readonly at: number; readonly diameter: number }[] = [];

  /** `delay`: way from the sensor to the nozzle; `interval`: filament between two readings. */
  constructor(delay: number, interval: number) {
    this.delay = delay;
    this.interval = interval;
  }

  /** Puts the present diameter on its way where it is due, and takes at most one reading that has arrived. */
  look(position: number, diameter: number): WidthLook {
    const last = this.pending.at(-1), at = position + this.delay;
    const isDue = last === undefined || at >= last.at + this.interval;
    if (isDue) this.pending.push({ at, diameter });
    const hasArrived = this.pending[0]!.at <= position;
    return { isFurtherReading: isDue && last !== undefined, arrived: hasArrived ? this.pending.shift()!.diameter : undefined };
  }

  clear(): void {
    this.pending = [];
  }
}

/** Flow, %, that makes filament of a diameter give the nominal volume; 100 when it is further than `maxDifference` from the nominal one. */
export function flowFor(diameter: number, nominal: number, maxDifference: number): number {
  if (diameter > nominal + maxDifference || diameter < nominal - maxDifference) return 100;
  return roundTo((nominal / diameter) ** 2 * 100, 0);
}
