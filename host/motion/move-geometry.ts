/**
 * The mathematics of one move and of the corner between two, as pure functions. Suffixes as in move.ts: D millimetres, V mm/s,
 * V2 (mm/s)², T seconds, R ratio of the move's length.
 */

/** Shorter than this, mm, X, Y and Z count as not moving. */
const MIN_MOVE_DISTANCE = 0.000000001;

/** A straight way from one coordinate to another. */
export interface Travel {
  readonly endPos: number[];
  /** Per axis, mm. */
  readonly axesD: number[];
  /** Per axis and millimetre of the way. */
  readonly axesR: number[];
  /** Length in X, Y and Z; where these stand still, the longest way of another axis. */
  readonly moveD: number;
  /** Whether X, Y or Z move. */
  readonly isKinematic: boolean;
}

/** The way between two coordinates; X, Y and Z end where they started when they would go less than a nanometre. */
export function travelBetween(startPos: readonly number[], endPos: readonly number[]): Travel {
  const to = endPos.slice();
  let axesD = differences(startPos, to);
  const [dx, dy, dz] = axesD as [number, number, number];
  const lengthXyz = Math.sqrt(dx * dx + dy * dy + dz * dz);
  if (!(lengthXyz < MIN_MOVE_DISTANCE)) return { endPos: to, axesD, axesR: scaled(axesD, 1 / lengthXyz), moveD: lengthXyz, isKinematic: true };
  for (let axis = 0; axis < 3; axis++) to[axis] = startPos[axis]!;
  axesD = [0, 0, 0, ...axesD.slice(3)];
  const moveD = axesD.reduce((longest, way) => Math.max(longest, Math.abs(way)), 0);
  return { endPos: to, axesD, axesR: scaled(axesD, moveD === 0 ? 0 : 1 / moveD), moveD, isKinematic: false };
}

function differences(from: readonly number[], to: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i < to.length; i++) out.push(to[i]! - from[i]!);
  return out;
}

function scaled(vector: readonly number[], factor: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < vector.length; i++) out.push(vector[i]! * factor);
  return out;
}

/** What a corner asks of each of its two moves. */
export interface CornerSide {
  readonly axesR: readonly number[];
  /** Allowed deviation from the corner, mm. */
  readonly junctionDeviation: number;
  /** mm/s² */
  readonly accel: number;
  /** 2 · accel · length */
  readonly deltaV2: number;
}

/**
 * Largest squared speed at the corner between two moves; Infinity where the second goes straight on.
 *
 * The corner is thought of as a circle that touches both moves. With half the angle between them (180° for straight on) at
 * the corner, a circle that leaves the corner by the deviation d has the radius d · sin / (1 - sin), and one that touches a
 * move of length l in its middle l / 2 · tan. On a radius r the speed that the acceleration a allows is v² = a · r.
 */
export function cornerV2(before: CornerSide, after: CornerSide): number {
  const a = before.axesR;
  const b = after.axesR;
  const cosAngle = -(b[0]! * a[0]! + b[1]! * a[1]! + b[2]! * a[2]!);
  const sin = Math.sqrt(Math.max(0.5 * (1 - cosAngle), 0));
  const cos = Math.sqrt(Math.max(0.5 * (1 + cosAngle), 0));
  const gap = 1 - sin;
  if (!(gap > 0 && cos > 0)) return Infinity;
  const radiusPerDeviation = sin / gap;
  const quarterTan = (0.25 * sin) / cos;
  return Math.min(
    radiusPerDeviation * after.junctionDeviation * after.accel,
    radiusPerDeviation * before.junctionDeviation * before.accel,
    after.deltaV2 * quarterTan,
    before.deltaV2 * quarterTan,
  );
}

/** Seconds for `distance` (mm) while the speed goes evenly from one value to another: distance by mean speed. */
export function rampT(distance: number, fromV: number, toV: number): number {
  return distance / ((fromV + toV) * 0.5);
}

/** Distance, mm, in which `accel` brings the squared speed from one value to another. */
export function rampD(lowV2: number, highV2: number, accel: number): number {
  return (highV2 - lowV2) * (0.5 / accel);
}
