/**
 * Where three spheres meet: the effector of a delta, or the tool head on three cables, from its distances to three known points.
 * Lengths mm.
 */

export type Point = readonly [number, number, number];

const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Point, b: Point): Point => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

/**
 * The point at squared distances `squares` from three centres that do not lie on a line; of the two such points the one below the
 * plane of the centres taken counterclockwise. NaN where the spheres do not meet.
 *
 * Subtracting the first sphere from the others leaves two planes. They meet in a line along the normal of the centres' plane, and the
 * first sphere cuts that line.
 */
export function trilaterate(centres: readonly [Point, Point, Point], squares: readonly [number, number, number]): [number, number, number] {
  const [origin, second, third] = centres;
  const u = minus(second, origin);
  const v = minus(third, origin);
  const normal = cross(u, v);
  const normalSquare = dot(normal, normal);
  // Foot of the normal: q with q·u = bu and q·v = bv, in the plane of the centres.
  const bu = (squares[0] - squares[1] + dot(u, u)) / 2;
  const bv = (squares[0] - squares[2] + dot(v, v)) / 2;
  const alongU = cross(v, normal);
  const alongV = cross(normal, u);
  const foot = [0, 1, 2].map((i) => (bu * alongU[i]! + bv * alongV[i]!) / normalSquare) as unknown as Point;
  const height = Math.sqrt((squares[0] - dot(foot, foot)) / normalSquare);
  return [0, 1, 2].map((i) => origin[i]! + foot[i]! - height * normal[i]!) as [number, number, number];
}
