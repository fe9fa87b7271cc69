/** BED_MESH_CHECK: whether a mesh keeps within limits of height (mm) and slope (mm/mm). */
import { formatFixed } from "../../motion/format-fixed.js";
import type { Grid } from "./interpolation.js";
import type { MeshParams } from "./z-mesh.js";

const six = (value: number): string => formatFixed(value, 6);
const two = (value: number): string => formatFixed(value, 2);

/** What a check found, and whether the mesh passes it. */
export interface CheckResult {
  passes: boolean;
  message: string;
}

export function checkDeviation(mesh: Grid, limit: number): CheckResult {
  const heights = mesh.flat();
  const deviation = Math.max(...heights) - Math.min(...heights);
  if (deviation > limit) return { passes: false, message: `Mesh deviation (${six(deviation)}) exceeds maximum allowed deviation (${six(limit)})` };
  return { passes: true, message: `Mesh deviation (${six(deviation)}) is within the allowed maximum (${six(limit)})` };
}

/**
 * The steepest way between neighbours. As in Kalico the distance of two nodes is that of measured points also where the mesh is refined,
 * so slopes come out too small, and places beyond the mesh, by the factor of refinement.
 */
export function checkSlope(mesh: Grid, params: MeshParams, limit: number): CheckResult {
  const xDist = (params.max_x - params.min_x) / (params.x_count - 1);
  const yDist = (params.max_y - params.min_y) / (params.y_count - 1);
  let steepest = 0;
  let way = [0, 0, 0, 0] as readonly number[];
  const note = (slope: number, ...nodes: number[]): void => {
    if (slope > steepest) [steepest, way] = [slope, nodes];
  };
  for (const [y, row] of mesh.entries()) {
    for (const [x, z] of row.entries()) {
      if (x + 1 < row.length) note(Math.abs(row[x + 1]! - z) / xDist, x, y, x + 1, y);
      if (y + 1 < mesh.length) note(Math.abs(mesh[y + 1]![x]! - z) / yDist, x, y, x, y + 1);
    }
  }
  if (steepest <= limit) return { passes: true, message: `Maximum slope (${six(steepest)} mm/mm) is within the allowed maximum (${six(limit)} mm/mm)` };
  const place = (x: number, y: number): string => `(${two(params.min_x + x * xDist)},${two(params.min_y + y * yDist)})`;
  return {
    passes: false,
    message: `Maximum slope (${six(steepest)} mm/mm) between points ${place(way[0]!, way[1]!)} and ${place(way[2]!, way[3]!)} exceeds allowed maximum (${six(limit)} mm/mm)`,
  };
}
