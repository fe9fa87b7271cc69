/**
 * The area that is measured, how many points, and where they are: rows from the front to the back, alternately from left to right and
 * back. A round bed leaves out what is further from its centre than the radius. Positions mm.
 */
export type Point = readonly [x: number, y: number];
/** Two opposite corners, the lower one first. */
export type Region = readonly [low: Point, high: Point];

export interface MeshArea {
  /** Of a round bed; null: rectangular. */
  radius: number | null;
  /** Centre of a round bed. */
  origin: Point | null;
  /** Corners; those of a round bed are about 0,0 wherever its centre is. */
  meshMin: Point;
  meshMax: Point;
}

/** A point to be measured and the node of the grid that it is for. */
export interface PlannedPoint {
  readonly at: Point;
  readonly row: number;
  readonly column: number;
  /** Whether its row goes from left to right. */
  readonly isForward: boolean;
}

/** Distances are cut to hundredths of a millimetre. */
const HUNDREDTH = 100;
const MIN_DISTANCE = 1;
const ON_THE_EDGE = 1e-5;

/** Whether a point lies in a region or up to `tolerance` beside it. */
export function isWithin([x, y]: Point, [low, high]: Region, tolerance = 0): boolean {
  return x >= low[0] - tolerance && x <= high[0] + tolerance && y >= low[1] - tolerance && y <= high[1] + tolerance;
}

/** The points of an area in the order in which they are measured; undefined when they would be too close to each other. */
export function planPoints(area: MeshArea, columns: number, rows: number): PlannedPoint[] | undefined {
  const { radius, meshMin, meshMax } = area;
  const cut = (distance: number): number => Math.floor(distance * HUNDREDTH) / HUNDREDTH;
  const xDist = cut((meshMax[0] - meshMin[0]) / (columns - 1));
  const yDist = radius === null ? cut((meshMax[1] - meshMin[1]) / (rows - 1)) : xDist;
  if (xDist < MIN_DISTANCE || yDist < MIN_DISTANCE) return undefined;
  // The centre of a round bed is a point.
  const reach = Math.floor(columns / 2) * xDist;
  const [left, front] = radius === null ? meshMin : [-reach, -reach];
  const right = radius === null ? left + xDist * (columns - 1) : reach;
  const points: PlannedPoint[] = [];
  for (let row = 0; row < rows; row++) {
    const isForward = row % 2 === 0;
    const y = front + row * yDist;
    for (let i = 0; i < columns; i++) {
      const x = isForward ? left + i * xDist : right - i * xDist;
      const place = { row, column: isForward ? i : columns - 1 - i, isForward };
      if (radius === null) points.push({ at: [x, y], ...place });
      else if (Math.sqrt(x * x + y * y) <= radius) points.push({ at: [area.origin![0] + x, area.origin![1] + y], ...place });
    }
  }
  return points;
}

/**
 * Points on the edge of the faulty region around a point that stand in for it, in the order of the row; those outside the area are left
 * out. Undefined when the point is in no such region.
 */
export function standIns({ at, isForward }: PlannedPoint, regions: readonly Region[], area: MeshArea): Point[] | undefined {
  const region = regions.find((one) => isWithin(at, one, ON_THE_EDGE));
  if (region === undefined) return undefined;
  const [x, y] = at;
  const [[left, front], [right, back]] = region;
  const sides: [first: Point, last: Point] = [[left, y], [right, y]];
  if (!isForward) sides.reverse();
  const candidates: Point[] = [sides[0], [x, front], [x, back], sides[1]];
  const { radius } = area;
  return candidates.filter((one) => (radius === null ? isWithin(one, [area.meshMin, area.meshMax], ON_THE_EDGE) : Math.hypot(...one) <= radius));
}
