/**
 * What stands or hangs on several z motors: a bed on pivots or a gantry on four corners. The height over a place is the sum of the heights at the
 * motors, each with a weight that depends on the place. A rigid plate follows the plane that lies nearest to the motors' heights (with three: the one through
 * them; with two it leans along their line only); a gantry is straight along its sides and may be twisted. Positions mm. Leaning is taken to
 * change heights only, not x and y: what levelling needs is below a degree.
 */
import type { Section, Sections } from "./config-values.js";

export type Place = readonly [x: number, y: number];

/** Weights of the motors over a place, in the order of the motors; their sum is 1. */
export type Suspension = (x: number, y: number) => readonly number[];

/** Below this share of its square, a determinant of squared distances says that the pivots lie in a line. */
const FLAT = 1e-9;

/** A rigid plate on pivots. */
export function platePivots(pivots: readonly Place[]): Suspension {
  const share = 1 / pivots.length;
  const [middleX, middleY] = [0, 1].map((axis) => pivots.reduce((sum, pivot) => sum + pivot[axis]! * share, 0)) as [number, number];
  const arms = pivots.map(([x, y]) => [x - middleX, y - middleY] as const);
  let xx = 0, xy = 0, yy = 0;
  for (const [x, y] of arms) {
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const trace = xx + yy, determinant = xx * yy - xy * xy;
  // The (pseudo)inverse of the matrix of second moments: of rank two, one, or none.
  const scale = trace === 0 ? 0 : 1 / (trace * trace);
  const [ixx, ixy, iyy] = determinant > FLAT * trace * trace ? [yy / determinant, -xy / determinant, xx / determinant] : [xx * scale, xy * scale, yy * scale];
  return (x, y) => {
    const dx = x - middleX, dy = y - middleY;
    const slopeX = ixx * dx + ixy * dy, slopeY = ixy * dx + iyy * dy;
    return arms.map(([armX, armY]) => share + armX * slopeX + armY * slopeY);
  };
}

/** A gantry on motors at (x0, y0), (x0, y1), (x1, y1) and (x1, y0). */
export function gantryCorners([x0, y0]: Place, [x1, y1]: Place): Suspension {
  return (x, y) => {
    const right = (x - x0) / (x1 - x0), back = (y - y0) / (y1 - y0);
    return [(1 - right) * (1 - back), (1 - right) * back, right * back, right * (1 - back)];
  };
}

/** Places of an option, a line each. */
function placesOf(section: Section | undefined, option: string): Place[] {
  return (section?.[option] ?? "").split("\n").flatMap((line) => {
    const [x, y] = line.split(",").map(Number.parseFloat);
    return x === undefined || y === undefined || Number.isNaN(x) || Number.isNaN(y) ? [] : [[x, y] as const];
  });
}

const MOTORS_OF_A_GANTRY = 4;

/** How `motors` z motors carry, by what levels them in the configuration; undefined where that is not said. */
export function suspensionOf(sections: Sections, motors: number): Suspension | undefined {
  const [first, second] = placesOf(sections["quad_gantry_level"], "gantry_corners");
  if (motors === MOTORS_OF_A_GANTRY && first !== undefined && second !== undefined && first[0] !== second[0] && first[1] !== second[1]) return gantryCorners(first, second);
  const pivots = placesOf(sections["z_tilt"] ?? sections["z_tilt_ng"], "z_positions");
  return motors > 1 && pivots.length === motors ? platePivots(pivots) : undefined;
}
