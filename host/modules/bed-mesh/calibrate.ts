/**
 * BED_MESH_CALIBRATE: plans the points of a mesh, has them probed, and makes a mesh of the results. Points in faulty regions are replaced
 * by the mean of points on the region's edge; a reference position outside the mesh is probed last and takes the place of the probe's
 * offset. Positions and heights mm.
 */
import { pyFloatStr } from "../../config/python-text.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { ExcludeObject } from "../exclude-object.js";
import { ProbePointsHelper } from "../probe/probe-points.js";
import type { Probe } from "../probe/surface.js";
import { adaptMesh } from "./adaptive-area.js";
import { isWithin, planPoints, standIns, type MeshArea, type PlannedPoint, type Point, type Region } from "./mesh-area.js";
import { cutRadius, readCoord, readCounts, readFaultyRegions, readMeshOptions, roundArea, verifyAlgorithm, type MeshConfig } from "./mesh-options.js";
import { BedMeshError, ZMesh, type MeshParams } from "./z-mesh.js";

/** What a calibration needs of `bed_mesh`. */
export interface MeshOwner {
  setMesh(mesh: ZMesh | null): void;
  saveProfile(name: string): void;
}

/** How the reference position gets its height; Kalico's numbers. */
export const ZrefMode = { DISABLED: 0, IN_MESH: 1, PROBE: 2 } as const;
export type ZrefMode = (typeof ZrefMode)[keyof typeof ZrefMode];

const MAX_POINTS_IN_LOG = 50;
/** Longest way, mm, between where a point was to be and where it was probed. */
const MISMATCH = 0.1;
const pointText = (point: readonly number[], digits: number): string => `(${point.map((value) => formatFixed(value, digits)).join(", ")})`;
const floatTuple = (point: Point): string => `(${point.map((value) => pyFloatStr(Number(formatFixed(value, 2)))).join(", ")})`;
const gridText = (rows: readonly (readonly number[])[]): string => `[${rows.map((row) => `[${row.map(pyFloatStr).join(", ")}]`).join(", ")}]`;

export class BedMeshCalibrate {
  readonly printer: Printer;
  readonly probeHelper: ProbePointsHelper;
  readonly adaptiveMargin: number;
  readonly zeroRefPos: Point | null;
  zeroReferenceMode: ZrefMode = ZrefMode.DISABLED;
  readonly faultyRegions: readonly Region[];
  /** Stand-ins by index of the generated point. */
  substitutedIndices = new Map<number, Point[]>();
  meshConfig: MeshConfig;
  private readonly gcode: GCodeDispatch;
  private readonly owner: MeshOwner;
  private readonly wholeArea: MeshArea;
  private readonly wholeConfig: Readonly<MeshConfig>;
  private area: MeshArea;
  private plan: PlannedPoint[] = [];
  private targetProfile: string | null = "default";

  constructor(config: ConfigSection, owner: MeshOwner) {
    this.printer = config.getPrinter();
    this.owner = owner;
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.adaptiveMargin = config.getFloat("adaptive_margin", { default: 0 });
    this.zeroRefPos = config.getFloatList("zero_reference_position", { default: null, count: 2 }) as Point | null;
    const { area, meshConfig } = readMeshOptions(config);
    this.wholeArea = this.area = area;
    this.wholeConfig = { ...meshConfig };
    this.meshConfig = { ...meshConfig };
    this.faultyRegions = readFaultyRegions(config);
    verifyAlgorithm(this.meshConfig, (message) => config.error(message), (message) => this.log(message));
    this.generatePoints((message) => config.error(message));
    this.probeHelper = new ProbePointsHelper(config, (offsets, positions) => this.probeFinalize(offsets, positions), {
      defaultPoints: this.getAdjustedPoints(), useOffsets: true, enableHorizontalZClearance: true,
    });
    this.probeHelper.minimumPoints(3);
    this.gcode.registerCommand("BED_MESH_CALIBRATE", (gcmd) => this.cmdBedMeshCalibrate(gcmd), { desc: "Perform Mesh Bed Leveling" });
  }

  private log(message: string): void {
    this.printer.log("info", message);
  }

  /** The generated points, where the probe goes. */
  get points(): Point[] {
    return this.plan.map(({ at }) => at);
  }

  get radius(): number | null {
    return this.area.radius;
  }

  get origin(): Point | null {
    return this.area.origin;
  }

  get meshMin(): Point {
    return this.area.meshMin;
  }

  get meshMax(): Point {
    return this.area.meshMax;
  }

  private generatePoints(error: (message: string) => Error, method = "automatic"): void {
    const plan = planPoints(this.area, this.meshConfig.x_count, this.meshConfig.y_count);
    if (plan === undefined) throw error("bed_mesh: min/max points too close together");
    this.plan = plan;
    this.substitutedIndices = new Map();
    this.zeroReferenceMode = method === "manual" ? ZrefMode.DISABLED : this.referenceMode(error);
    // A user's eye is not misled by what lies in faulty regions.
    if (method === "manual") return;
    for (const [index, point] of plan.entries()) {
      const substitutes = standIns(point, this.faultyRegions, this.area);
      if (substitutes === undefined) continue;
      if (substitutes.length === 0) throw error(`bed_mesh: Unable to generate coordinates for faulty region at index: ${index}`);
      this.substitutedIndices.set(index, substitutes);
    }
  }

  private referenceMode(error: (message: string) => Error): ZrefMode {
    const reference = this.zeroRefPos;
    if (reference === null) return ZrefMode.DISABLED;
    if (isWithin(reference, [this.area.meshMin, this.area.meshMax])) return ZrefMode.IN_MESH;
    if (this.faultyRegions.some((region) => isWithin(reference, region))) {
      throw error(
        `bed_mesh: Cannot probe zero reference position at ${pointText(reference, 2)} as it is located within a faulty region.` +
          " Check the value for option 'zero_reference_position'",
      );
    }
    return ZrefMode.PROBE;
  }

  /** The points to be probed, in order: stand-ins in place of faulty ones, the reference position last. */
  private getAdjustedPoints(): Point[] {
    const points = this.plan.flatMap(({ at }, index) => this.substitutedIndices.get(index) ?? [at]);
    return this.zeroReferenceMode === ZrefMode.PROBE ? [...points, this.zeroRefPos!] : points;
  }

  printGeneratedPoints(print: (message: string) => void, truncate = false): void {
    const offsets = this.printer.lookupObject<Probe | null>("probe", null)?.getOffsets() ?? [0, 0];
    print("bed_mesh: generated points\nIndex |  Tool Adjusted  |   Probe");
    for (const [index, [x, y]] of this.points.entries()) {
      if (truncate && index >= MAX_POINTS_IN_LOG) {
        print(`...points ${index} through ${this.plan.length - 1} truncated`);
        break;
      }
      const tool = pointText([x - offsets[0]!, y - offsets[1]!], 1);
      print(`  ${String(index).padEnd(4)}| ${tool.padEnd(16)}| ${pointText([x, y], 1)}`);
    }
    if (this.zeroReferenceMode !== ZrefMode.DISABLED && this.zeroRefPos !== null) {
      print(`bed_mesh: zero_reference_position is ${pointText(this.zeroRefPos, 2)}`);
    }
    if (this.substitutedIndices.size === 0) return;
    print("bed_mesh: faulty region points");
    for (const [index, substitutes] of this.substitutedIndices) {
      print(`${index} ${pointText(this.plan[index]!.at, 2)}, substituted points: [${substitutes.map(floatTuple).join(", ")}]`);
    }
  }

  // ---- the command ----

  /** Fits the mesh to the objects of the print. @returns whether it did */
  setAdaptiveMesh(gcmd: GCodeCommand): boolean {
    if (!gcmd.getInt("ADAPTIVE", { default: 0 })) return false;
    const excludeObject = this.printer.lookupObject<ExcludeObject | null>("exclude_object", null);
    if (excludeObject === null) {
      gcmd.respondInfo("Exclude objects not enabled. Using full mesh...");
      return false;
    }
    const { objects } = excludeObject.getStatus() as unknown as { objects: readonly { name: string; polygon?: readonly Point[] }[] };
    if (objects.length === 0) return false;
    const margin = gcmd.getFloat("ADAPTIVE_MARGIN", { default: this.adaptiveMargin });
    gcmd.respondInfo(`Found ${objects.length} objects`);
    const corners = objects.flatMap(({ name, polygon }) => {
      // An internal error in Kalico too.
      if (polygon === undefined) throw new Error(`Object ${name} has no outline: define it with POLYGON to fit the mesh to it`);
      return polygon;
    });
    const adapted = adaptMesh(this.wholeArea, this.wholeConfig, corners, margin);
    for (const message of adapted.messages) gcmd.respondInfo(message);
    this.area = adapted.area;
    [this.meshConfig.x_count, this.meshConfig.y_count] = adapted.counts;
    this.targetProfile = null;
    return true;
  }

  /** Takes the parameters of a command and plans the points. @throws CommandError */
  updateConfig(gcmd: GCodeCommand): void {
    this.area = this.wholeArea;
    Object.assign(this.meshConfig, this.wholeConfig);
    const isChanged = [this.updateArea(gcmd), this.updateAlgorithm(gcmd), this.setAdaptiveMesh(gcmd)].includes(true);
    // The algorithm is settled anew in any case: what was configured is back.
    verifyAlgorithm(this.meshConfig, (message) => gcmd.error(message), (message) => this.log(message));
    this.generatePoints((message) => gcmd.error(message), gcmd.get("METHOD", { default: "automatic" }));
    if (isChanged) {
      const settings = Object.entries(this.meshConfig).map(([name, value]) => `${name}: ${value}`);
      this.log(`Updated Mesh Configuration:\n${settings.join("\n")}`);
    }
    this.probeHelper.updateProbePoints(this.getAdjustedPoints(), 3);
  }

  private updateArea(gcmd: GCodeCommand): boolean {
    const params = gcmd.getCommandParameters();
    const names = this.wholeArea.radius === null ? ["MESH_MIN", "MESH_MAX", "PROBE_COUNT"] : ["MESH_RADIUS", "MESH_ORIGIN", "ROUND_PROBE_COUNT"];
    const given = names.filter((name) => name in params);
    const isGiven = (name: string): boolean => given.includes(name);
    if (this.wholeArea.radius === null) {
      const meshMin = isGiven("MESH_MIN") ? readCoord(gcmd, "MESH_MIN") : this.area.meshMin;
      const meshMax = isGiven("MESH_MAX") ? readCoord(gcmd, "MESH_MAX") : this.area.meshMax;
      this.area = { ...this.area, meshMin, meshMax };
      if (isGiven("PROBE_COUNT")) [this.meshConfig.x_count, this.meshConfig.y_count] = readCounts(gcmd, "PROBE_COUNT");
    } else {
      if (isGiven("MESH_RADIUS")) this.area = roundArea(cutRadius(gcmd.getFloat("MESH_RADIUS")), this.area.origin!);
      if (isGiven("MESH_ORIGIN")) this.area = { ...this.area, origin: readCoord(gcmd, "MESH_ORIGIN") };
      if (isGiven("ROUND_PROBE_COUNT")) this.meshConfig.x_count = this.meshConfig.y_count = gcmd.getInt("ROUND_PROBE_COUNT", { minval: 3 });
    }
    return given.length > 0;
  }

  private updateAlgorithm(gcmd: GCodeCommand): boolean {
    if (!("ALGORITHM" in gcmd.getCommandParameters())) return false;
    this.meshConfig.algo = gcmd.get("ALGORITHM").trim().toLowerCase();
    return true;
  }

  async cmdBedMeshCalibrate(gcmd: GCodeCommand): Promise<void> {
    this.targetProfile = gcmd.get("PROFILE", { default: "default" });
    if (this.targetProfile.trim() === "") throw gcmd.error("Value for parameter 'PROFILE' must be specified");
    this.owner.setMesh(null);
    this.updateConfig(gcmd);
    await this.probeHelper.startProbe(gcmd);
  }

  // ---- results ----

  /** Makes a mesh of the places of the nozzle where the probe triggered. @throws CommandError */
  probeFinalize(offsets: readonly number[], results: readonly (readonly number[])[]): void {
    const [xOffset, yOffset] = offsets as [number, number];
    let zOffset = offsets[2]!;
    const positions = results.map(([x, y, z]) => [Number(formatFixed(x!, 2)), Number(formatFixed(y!, 2)), z!] as const);
    if (this.zeroReferenceMode === ZrefMode.PROBE) {
      const [x, y, z] = positions.pop()!;
      this.log(`bed_mesh: z-offset replaced with probed z value at position (${formatFixed(x, 2)}, ${formatFixed(y, 2)}, ${formatFixed(z, 6)})`);
      zOffset = z;
    }
    const xs = positions.map(([x]) => x + xOffset), ys = positions.map(([, y]) => y + yOffset);
    const params: MeshParams = { ...this.meshConfig, min_x: Math.min(...xs), max_x: Math.max(...xs), min_y: Math.min(...ys), max_y: Math.max(...ys) };
    const heights = this.heightsOfPoints(positions, offsets, zOffset);
    const mesh = new ZMesh(params, this.targetProfile, (message) => this.log(message));
    try {
      mesh.buildMesh(this.gridOf(heights));
    } catch (error) {
      if (!(error instanceof BedMeshError)) throw error;
      throw this.gcode.error(error.message);
    }
    if (this.zeroReferenceMode === ZrefMode.IN_MESH) mesh.setZeroReference(...this.zeroRefPos!);
    this.owner.setMesh(mesh);
    this.gcode.respondInfo("Mesh Bed Leveling Complete");
    if (this.targetProfile !== null) this.owner.saveProfile(this.targetProfile);
  }

  /** One height above the reference per generated point. */
  private heightsOfPoints(positions: readonly (readonly [number, number, number])[], offsets: readonly number[], zOffset: number): number[] {
    const expected = this.plan.reduce((sum, _, index) => sum + (this.substitutedIndices.get(index)?.length ?? 1), 0);
    if (positions.length !== expected) {
      throw this.gcode.error(`bed_mesh: invalid position list size, generated count: ${expected}, probed count: ${positions.length}`);
    }
    let next = 0;
    return this.plan.map(({ at }, index) => {
      const substitutes = this.substitutedIndices.get(index);
      if (substitutes === undefined) {
        const [x, y, z] = positions[next++]!;
        this.checkPlace([x, y], at, offsets);
        return z - zOffset;
      }
      const probed = positions.slice(next, (next += substitutes.length));
      const mean = probed.reduce((sum, position) => sum + position[2], 0) / probed.length;
      const place = [at[0] - offsets[0]!, at[1] - offsets[1]!].map((value) => formatFixed(value, 4)).join(", ");
      this.log(`bed_mesh: Replacing value at faulty index ${index} (${place}): avg value = ${formatFixed(mean, 6)}, avg w/ z_offset = ${formatFixed(mean - zOffset, 6)}`);
      return mean - zOffset;
    });
  }

  /** Only with stand-ins could results be taken for the wrong points. As in Kalico, without use_probe_xy_offsets all are taken for wrong then. */
  private checkPlace(probed: Point, planned: Point, offsets: readonly number[]): void {
    if (this.substitutedIndices.size === 0) return;
    const wanted: Point = [planned[0] - offsets[0]!, planned[1] - offsets[1]!];
    if (Math.abs(wanted[0] - probed[0]) <= MISMATCH && Math.abs(wanted[1] - probed[1]) <= MISMATCH) return;
    throw this.gcode.error(`bed_mesh: point mismatch, orig = ${pointText(wanted, 2)}, probed = ${pointText(probed, 2)}`);
  }

  /** Heights by rows and columns; what a round bed leaves out has the height of the next point of its row. */
  private gridOf(heights: readonly number[]): number[][] {
    const { x_count: columns, y_count: rows } = this.meshConfig;
    const found = new Map<number, Map<number, number>>();
    for (const [index, { row, column }] of this.plan.entries()) {
      const heightsOfRow = found.get(row) ?? new Map<number, number>();
      found.set(row, heightsOfRow.set(column, heights[index]!));
    }
    const table = [...found].map(([, row]) => [...row].sort(([a], [b]) => a - b));
    if (table.length !== rows) {
      const text = gridText(table.map((row) => row.map(([, z]) => z)));
      throw this.gcode.error(`bed_mesh: Invalid y-axis table length\nProbed table length: ${table.length} Probed Table:\n${text}`);
    }
    return table.map((row) => {
      const [first] = row[0]!, [last] = row.at(-1)!;
      return Array.from({ length: columns }, (_, column) => row[Math.max(first, Math.min(last, column)) - first]![1]);
    });
  }
}
