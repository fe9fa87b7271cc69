/**
 * BED_MESH_CALIBRATE ADAPTIVE=1: the part of the mesh that the objects of a print lie on, with points as dense as in the whole mesh.
 * Positions mm.
 */
import { pyFloatStr } from "../../config/python-text.js";
import type { MeshArea, Point } from "./mesh-area.js";
import { roundArea, type MeshConfig } from "./mesh-options.js";

/** Fewest points on an axis, and those where splines will be needed. */
const MIN_COUNT = 3;
const MIN_SPLINE_COUNT = 4;
const MAX_LAGRANGE_COUNT = 6;

export interface AdaptedMesh {
  area: MeshArea;
  counts: [x: number, y: number];
  /** What the user is told. */
  messages: string[];
}

const numbers = (point: readonly number[]): string => point.map((value) => pyFloatStr(value)).join(", ");
const tuple = (point: readonly number[]): string => `(${numbers(point)})`;

/**
 * Fits a mesh to the corners of objects. On round beds the bounds are about 0,0 wherever its centre is, as in Kalico; and a round part
 * that would leave the bed makes it the whole bed.
 */
export function adaptMesh(whole: MeshArea, config: MeshConfig, corners: readonly Point[], margin: number): AdaptedMesh {
  const low = [0, 1].map((axis) => Math.max(Math.min(...corners.map((corner) => corner[axis]!)) - margin, whole.meshMin[axis]!)) as unknown as Point;
  const high = [0, 1].map((axis) => Math.min(Math.max(...corners.map((corner) => corner[axis]!)) + margin, whole.meshMax[axis]!)) as unknown as Point;
  const size = [high[0] - low[0], high[1] - low[1]] as const;
  const ratio = [size[0] / (whole.meshMax[0] - whole.meshMin[0]), size[1] / (whole.meshMax[1] - whole.meshMin[1])] as const;
  const wanted = [Math.ceil(config.x_count * ratio[0]), Math.ceil(config.y_count * ratio[1])] as const;
  const least = Math.max(...wanted) > MAX_LAGRANGE_COUNT && Math.min(...wanted) < MIN_SPLINE_COUNT ? MIN_SPLINE_COUNT : MIN_COUNT;
  const counts: [number, number] = [Math.max(least, wanted[0]), Math.max(least, wanted[1])];
  const messages = [
    `Original mesh bounds: (${tuple(whole.meshMin)},${tuple(whole.meshMax)})`,
    `Original probe count: (${config.x_count},${config.y_count})`,
    `Adapted mesh bounds: ([${numbers(low)}],[${numbers(high)}])`,
    `Ratio: ${tuple(ratio)}`,
    `Adapted probe count: (${counts[0]},${counts[1]})`,
  ];
  if (whole.radius === null) return { area: { ...whole, meshMin: low, meshMax: high }, counts, messages };
  const radius = Math.hypot(...size) / 2;
  const centre: Point = [low[0] + size[0] / 2, low[1] + size[1] / 2];
  if (radius + Math.hypot(...centre) >= whole.radius) return { area: whole, counts: [config.x_count, config.y_count], messages };
  const most = Math.max(...counts);
  const odd = most + 1 - (most % 2);
  return { area: roundArea(radius, centre), counts: [odd, odd], messages };
}
