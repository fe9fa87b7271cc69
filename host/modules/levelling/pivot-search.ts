/**
 * Where do three motors carry a bed? Each is moved up and down by half of `delta`, in six combinations, and the plane of the bed is measured in each.
 *
 * The height over a place is w1·m1 + w2·m2 + w3·m3, the weights being 1 together, and motor k carries where its weight is 1 and the others are 0. Raised alone it
 * changes the plane by w_k·delta, besides the delta/2 that all sink; lowered alone by as much the other way. So the measured planes of the motors i and j, freed
 * of that half, meet the level plane where both have no weight: at the third motor. Raised and lowered each give such a place; their mean does without
 * what is the same in both. Positions and heights mm.
 */
import type { Place } from "./places.js";
import type { Plane } from "./plane.js";

const MOTORS = [0, 1, 2] as const;
export const PIVOT_MOTORS = MOTORS.length;

/** Which motors are up (1) or down (-1) in each measurement: each alone up, then each alone down. The level one comes before. */
const STATES: readonly (readonly number[])[] = [
  ...MOTORS.map((alone) => MOTORS.map((motor) => (motor === alone ? 1 : -1))),
  ...MOTORS.map((alone) => MOTORS.map((motor) => (motor === alone ? -1 : 1))),
];
const LEVEL = MOTORS.map(() => 0);
/** Measurements of a cycle. */
export const PIVOT_PASSES = STATES.length + 1;

/** How each motor moves after measurement `pass` (0: the level one), so that the next state is reached, mm; after the last one it is level again. */
export function pivotMoves(pass: number, delta: number): number[] {
  const from = STATES[pass - 1] ?? LEVEL, to = STATES[pass] ?? LEVEL;
  return MOTORS.map((motor) => ((to[motor]! - from[motor]!) / 2) * delta);
}

/** Where three planes meet. */
function meeting(level: Plane, first: Plane, second: Plane): Place {
  const [a, b] = [first, second].map((plane) => ({ x: plane.x - level.x, y: plane.y - level.y, z: plane.z - level.z })) as [Plane, Plane];
  const determinant = a.x * b.y - b.x * a.y;
  return [(a.y * b.z - b.y * a.z) / determinant, (b.x * a.z - a.x * b.z) / determinant];
}

/** Where the motors carry, from the planes of a cycle: the level one first. A motor that was moved up by a way is taken to lower the bed as seen by the probe. */
export function pivotsFrom(planes: readonly Plane[], delta: number): Place[] {
  const [level, ...moved] = planes as readonly [Plane, ...Plane[]];
  const freed = moved.map((plane, i) => ({ ...plane, z: plane.z + (i < PIVOT_MOTORS ? -delta / 2 : delta / 2) }));
  return MOTORS.map((motor) => {
    const [i, j] = MOTORS.filter((other) => other !== motor) as [number, number];
    const [x1, y1] = meeting(level, freed[i]!, freed[j]!);
    const [x2, y2] = meeting(level, freed[PIVOT_MOTORS + i]!, freed[PIVOT_MOTORS + j]!);
    return [(x1 + x2) / 2, (y1 + y2) / 2];
  });
}
