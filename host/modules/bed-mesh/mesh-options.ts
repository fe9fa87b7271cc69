/** The options of `[bed_mesh]` and the parameters of BED_MESH_CALIBRATE that describe the area and its grid. Positions mm. */
import { pyFloatStr } from "../../config/python-text.js";
import type { ConfigSection, GCodeCommand } from "../../heaters/host-types.js";
import type { LogFunction, MeshParams } from "./z-mesh.js";
import { isWithin, type MeshArea, type Point, type Region } from "./mesh-area.js";

/** Counts of points and how a grid is refined; the place of the mesh is known only after it was measured. */
export type MeshConfig = Pick<MeshParams, "x_count" | "y_count" | "mesh_x_pps" | "mesh_y_pps" | "algo" | "tension">;
type MakeError = (message: string) => Error;

const MAX_FAULTY_REGIONS = 99;
const MIN_COUNT = 3;
const MAX_LAGRANGE_COUNT = 6;
const MIN_BICUBIC_COUNT = 4;

/** One number for both axes, or one for each. */
function readPair(config: ConfigSection, option: string, fallback: number, minval: number): [x: number, y: number] {
  const values = config.getIntList(option, { default: [fallback, fallback] });
  const [x, y = x] = values;
  if (x === undefined || y === undefined || values.length > 2) throw config.error(`bed_mesh: malformed '${option}' value: ${config.get(option)}`, option);
  if (x < minval || y < minval) throw config.error(`Option '${option}' in section bed_mesh must have a minimum of ${minval}`, option);
  return [x, y];
}

export function readMeshOptions(config: ConfigSection): { area: MeshArea; meshConfig: MeshConfig } {
  const radius = config.getFloat("mesh_radius", { default: null, above: 0 });
  let area: MeshArea;
  let counts: [x: number, y: number];
  if (radius === null) {
    counts = readPair(config, "probe_count", MIN_COUNT, MIN_COUNT);
    const meshMin = config.getFloatList("mesh_min", { count: 2 }) as unknown as Point;
    const meshMax = config.getFloatList("mesh_max", { count: 2 }) as unknown as Point;
    if (meshMax[0] <= meshMin[0] || meshMax[1] <= meshMin[1]) throw config.error("bed_mesh: invalid min/max points");
    area = { radius, origin: null, meshMin, meshMax };
  } else {
    const origin = config.getFloatList("mesh_origin", { default: [0, 0], count: 2 }) as unknown as Point;
    const count = config.getInt("round_probe_count", { default: 5, minval: MIN_COUNT });
    if (count % 2 === 0) throw config.error("bed_mesh: probe_count must be odd for round beds");
    counts = [count, count];
    area = roundArea(cutRadius(radius), origin);
  }
  const [meshXPps, meshYPps] = readPair(config, "mesh_pps", 2, 0);
  const algo = config.get("algorithm", { default: "lagrange" }).trim().toLowerCase();
  const tension = config.getFloat("bicubic_tension", { default: 0.2, minval: 0, maxval: 2 });
  return { area, meshConfig: { x_count: counts[0], y_count: counts[1], mesh_x_pps: meshXPps, mesh_y_pps: meshYPps, algo, tension } };
}

export function roundArea(radius: number, origin: Point): MeshArea {
  return { radius, origin, meshMin: [-radius, -radius], meshMax: [radius, radius] };
}

/** A radius that a user gives counts to the tenth of a millimetre. */
export const cutRadius = (radius: number): number => Math.floor(radius * 10) / 10;

const corners = ([[left, front], [right, back]]: Region): Point[] => [[left, front], [left, back], [right, front], [right, back]];
const regionText = (region: Region): string => `[${region.map(([x, y]) => `[${pyFloatStr(x)}, ${pyFloatStr(y)}]`).join(", ")}]`;

/** @throws ConfigError when two regions overlap */
export function readFaultyRegions(config: ConfigSection): Region[] {
  const regions: Region[] = [];
  for (let i = 1; i <= MAX_FAULTY_REGIONS; i++) {
    const one = config.getFloatList(`faulty_region_${i}_min`, { default: null, count: 2 });
    if (one === null) break;
    const other = config.getFloatList(`faulty_region_${i}_max`, { count: 2 });
    const extreme = (choose: (...values: number[]) => number): Point => [choose(one[0]!, other[0]!), choose(one[1]!, other[1]!)];
    const added: Region = [extreme(Math.min), extreme(Math.max)];
    for (const [index, existing] of regions.entries()) {
      const [existingText, addedText] = [`faulty_region_${index + 1} ${regionText(existing)}`, `faulty_region_${i} ${regionText(added)}`];
      if (corners(existing).some((corner) => isWithin(corner, added))) throw config.error(`bed_mesh: Existing ${existingText} overlaps added ${addedText}`);
      if (corners(added).some((corner) => isWithin(corner, existing))) throw config.error(`bed_mesh: Added ${addedText} overlaps existing ${existingText}`);
    }
    regions.push(added);
  }
  return regions;
}

/**
 * Settles how the grid is refined: not at all without points to add, and by Lagrange where there are too few points for splines.
 * @throws what `error` makes when the algorithm does not suit the number of points
 */
export function verifyAlgorithm(meshConfig: MeshConfig, error: MakeError, log: LogFunction): void {
  const { algo, x_count: x, y_count: y } = meshConfig;
  if (algo !== "lagrange" && algo !== "bicubic") throw error(`bed_mesh: Unknown algorithm <${algo}>`);
  const configured = `Configured Probe Count: ${x}, ${y}`;
  const most = Math.max(x, y);
  if (Math.max(meshConfig.mesh_x_pps, meshConfig.mesh_y_pps) === 0) {
    meshConfig.algo = "direct";
  } else if (algo === "lagrange" && most > MAX_LAGRANGE_COUNT) {
    throw error(`bed_mesh: cannot exceed a probe_count of ${MAX_LAGRANGE_COUNT} when using lagrange interpolation. ${configured}`);
  } else if (algo === "bicubic" && Math.min(x, y) < MIN_BICUBIC_COUNT) {
    if (most > MAX_LAGRANGE_COUNT) {
      throw error(
        "bed_mesh: invalid probe_count option when using bicubic interpolation.  Combination of 3 points on one axis with" +
          ` more than 6 on another is not permitted. ${configured}`,
      );
    }
    log(`bed_mesh: bicubic interpolation with a probe_count of less than 4 points detected.  Forcing lagrange interpolation. ${configured}`);
    meshConfig.algo = "lagrange";
  }
}

/** Two numbers of a parameter. @throws CommandError */
export function readCoord(gcmd: GCodeCommand, name: string): Point {
  const [x, y, ...rest] = gcmd.get(name).split(",").map((part) => Number(part.trim() || NaN));
  if (rest.length > 0 || !Number.isFinite(x) || !Number.isFinite(y)) throw gcmd.error(`Unable to parse parameter '${name}'`);
  return [x!, y!];
}

/** One whole number for both axes or one for each. @throws CommandError */
export function readCounts(gcmd: GCodeCommand, name: string): [x: number, y: number] {
  const [x, y = x, ...rest] = gcmd.get(name).split(",").map((part) => (/^\s*[+-]?\d+\s*$/.test(part) ? Number(part) : NaN));
  if (rest.length > 0 || !Number.isInteger(x) || !Number.isInteger(y)) throw gcmd.error(`Unable to parse parameter '${name}'`);
  if (x! < MIN_COUNT || y! < MIN_COUNT) throw gcmd.error(`Parameter '${name}' must have a minimum of ${MIN_COUNT}`);
  return [x!, y!];
}
