/**
 * The object that is printed and measured for the extended calibration of a delta: a centre pillar and six pillars around it, joined by ridges. A
 * measurement is a width over all from one ridge to another; the width of a pillar comes off it. Lengths mm.
 */
import type { StablePosition } from "../../motion/kinematics/delta-calibration.js";

/** Directions of the outer pillars, degrees, in the order of the measurements. */
const DIRECTIONS = [210, 270, 330, 30, 90, 150];
/** Distance of the outer pillars from the centre. */
const OUTER_RADIUS = 65;
/** Distance of a ridge, where it is measured, from the middle of its pillar. */
const RIDGE_RADIUS = 4.5;

/** Measurements by their names in DELTA_ANALYZE, with how many values each has. */
export const MEASUREMENTS = { CENTER_DISTS: 6, CENTER_PILLAR_WIDTHS: 3, OUTER_DISTS: 6, OUTER_PILLAR_WIDTHS: 6, SCALE: 1 } as const;

export type Measurements = Readonly<Record<keyof typeof MEASUREMENTS, readonly number[]>>;

/** A distance between two places of the printer, mm. */
export interface MeasuredDistance {
  readonly distance: number;
  readonly from: StablePosition;
  readonly to: StablePosition;
}

type Vector = readonly [x: number, y: number];

const UNITS: readonly Vector[] = DIRECTIONS.map((degrees) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]);

const along = ([x, y]: Vector, length: number, [fromX, fromY]: Vector = [0, 0]): number[] => [x * length + fromX, y * length + fromY, 0];

/** What was measured, as distances between places; `stableOf` tells where the printer put a place. */
export function measuredDistances(measured: Measurements, stableOf: (place: readonly number[]) => StablePosition): MeasuredDistance[] {
  const scale = measured.SCALE[0]!;
  const near = RIDGE_RADIUS * scale;
  const far = (OUTER_RADIUS + RIDGE_RADIUS) * scale;
  const between = (distance: number, from: readonly number[], to: readonly number[]): MeasuredDistance => ({ distance, from: stableOf(from), to: stableOf(to) });
  // The centre pillar has three widths, each in two opposite directions.
  const [first, second, third] = measured.CENTER_PILLAR_WIDTHS as [number, number, number];
  const centerWidths = [first, third, second, first, third, second];
  const fromCenter = UNITS.map((unit, i) => between(measured.CENTER_DISTS[i]! - centerWidths[i]!, along(unit, near), along(unit, far)));
  const around = UNITS.map((unit, i) => {
    const pillar: Vector = [unit[0] * OUTER_RADIUS * scale, unit[1] * OUTER_RADIUS * scale];
    const towards = UNITS[(i + 2) % UNITS.length]!;
    return between(measured.OUTER_DISTS[i]! - measured.OUTER_PILLAR_WIDTHS[i]!, along(towards, near, pillar), along(towards, far, pillar));
  });
  return [...fromCenter, ...around];
}
