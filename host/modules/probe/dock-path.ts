/** Ways in the plane that stay out of a circle around a probe's dock. Positions mm, angles radians. */
export type Point = readonly [x: number, y: number];

const TURN = 2 * Math.PI;
/** Longest step along the circle. */
const ARC_STEP = Math.PI / 60;
/** A way that only touches the circle is free, mm. */
const TOUCH = 1e-6;

const distance = (a: Point, b: Point): number => Math.hypot(b[0] - a[0], b[1] - a[1]);
const positive = (angle: number): number => ((angle % TURN) + TURN) % TURN;

/** The part of a segment, as shares of its length, that lies in a circle; undefined when none does. */
function chord(from: Point, to: Point, centre: Point, radius: number): readonly [enter: number, leave: number] | undefined {
  const length = distance(from, to);
  if (length === 0) return undefined;
  const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const along = (centre[0] - from[0]) * ux + (centre[1] - from[1]) * uy;
  const aside = Math.hypot(from[0] + along * ux - centre[0], from[1] + along * uy - centre[1]);
  if (aside >= radius - TOUCH) return undefined;
  const half = Math.sqrt(radius * radius - aside * aside);
  return [(along - half) / length, (along + half) / length];
}

/** The point of the circle that is nearest to one inside; the centre itself is left towards `to`. */
function exitOf(inside: Point, to: Point, centre: Point, radius: number): Point {
  const [dx, dy] = distance(inside, centre) > 0 ? [inside[0] - centre[0], inside[1] - centre[1]] : [to[0] - centre[0], to[1] - centre[1]];
  const length = Math.hypot(dx, dy) || 1;
  return [centre[0] + (dx / length) * radius, centre[1] + (dy / length) * radius];
}

/** Along the circle from the tangent of one point to the tangent of another, on the side of `safe`. */
function around(from: Point, to: Point, centre: Point, radius: number, safe: Point): Point[] {
  const seen = (point: Point): [angle: number, tangent: number] => [
    Math.atan2(point[1] - centre[1], point[0] - centre[0]), Math.acos(Math.min(1, radius / distance(point, centre))),
  ];
  const [fromAngle, fromTangent] = seen(from), [toAngle, toTangent] = seen(to);
  const arcs = [1, -1].map((side) => {
    const start = fromAngle + side * fromTangent;
    const sweep = side * positive(side * (toAngle - side * toTangent - start));
    const at = (angle: number): Point => [centre[0] + radius * Math.cos(angle), centre[1] + radius * Math.sin(angle)];
    return { start, sweep, at, toSafe: distance(at(start + sweep / 2), safe) };
  });
  const [ccw, cw] = arcs as [(typeof arcs)[0], (typeof arcs)[0]];
  const isTie = Math.abs(ccw.toSafe - cw.toSafe) < TOUCH;
  const arc = (isTie ? Math.abs(ccw.sweep) < Math.abs(cw.sweep) - TOUCH : ccw.toSafe < cw.toSafe) ? ccw : cw;
  const steps = Math.max(1, Math.ceil(Math.abs(arc.sweep) / ARC_STEP));
  return Array.from({ length: steps + 1 }, (_, i) => arc.at(arc.start + (arc.sweep * i) / steps));
}

/**
 * Points to go to in order to get from one point to another without crossing the circle. A start inside leaves it by the shortest way; a
 * target inside is not reached: the way ends where it would enter.
 */
export function pathAround(from: Point, to: Point, centre: Point, radius: number, safe: Point): Point[] {
  const path: Point[] = [];
  let start = from;
  if (distance(from, centre) < radius) {
    start = exitOf(from, to, centre, radius);
    path.push(start);
  }
  const inside = chord(start, to, centre, radius);
  if (distance(to, centre) < radius) {
    // From the circle itself there is no way further in.
    const enter = Math.max(0, inside?.[0] ?? 0);
    if (enter * distance(start, to) > TOUCH) path.push([start[0] + enter * (to[0] - start[0]), start[1] + enter * (to[1] - start[1])]);
    return path;
  }
  const crosses = inside !== undefined && inside[1] > TOUCH && inside[0] < 1;
  return [...path, ...(crosses ? around(start, to, centre, radius, safe) : []), to];
}
