/**
 * A circular arc, or a helix, as a chain of points. Angles radians, counterclockwise seen from the positive end of the axis that is
 * not in the plane; lengths mm.
 */

/** Indices (0, 1, 2 for x, y, z) of the axes of the plane, and of the axis along which a helix climbs. */
export interface ArcPlane {
  readonly first: number;
  readonly second: number;
  readonly along: number;
}

export interface Arc {
  readonly plane: ArcPlane;
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** From the start to the centre, in the plane. */
  readonly toCentre: readonly [number, number];
  readonly clockwise: boolean;
}

/**
 * Angle from start to end; a whole turn when they are the same.
 *
 * The end is seen from the centre with its rounding error, as Kalico sees it: where that error puts the end of a whole turn a trifle clockwise of its start,
 * G2 goes round counterclockwise there, and so it does here.
 */
export function sweptAngle({ plane, start, end, toCentre: [i, j], clockwise }: Arc): number {
  const { first, second } = plane;
  // Seen from the centre the start is at (-i, -j).
  const x = end[first]! - (start[first]! + i);
  const y = end[second]! - (start[second]! + j);
  let angle = Math.atan2(j * x - i * y, -i * x - j * y);
  if (angle < 0) angle += 2 * Math.PI;
  if (clockwise) angle -= 2 * Math.PI;
  const isClosed = start[first] === end[first] && start[second] === end[second];
  return angle === 0 && isClosed ? 2 * Math.PI : angle;
}

/** Points after the start at equal distances of at least `resolution` mm, the last of them exactly the end. */
export function arcPoints(arc: Arc, resolution: number): number[][] {
  const { plane: { first, second, along }, start, end, toCentre: [i, j] } = arc;
  const angle = sweptAngle(arc);
  const climb = end[along]! - start[along]!;
  const length = Math.hypot(Math.hypot(i, j) * angle, climb);
  const count = Math.max(1, Math.floor(length / resolution));
  const points: number[][] = [];
  for (let n = 1; n < count; n++) {
    const cos = Math.cos((n * angle) / count);
    const sin = Math.sin((n * angle) / count);
    const point = [0, 0, 0];
    point[first] = start[first]! + i - i * cos + j * sin;
    point[second] = start[second]! + j - i * sin - j * cos;
    point[along] = start[along]! + (n * climb) / count;
    points.push(point);
  }
  points.push(end.slice(0, 3));
  return points;
}
