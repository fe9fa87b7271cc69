/**
 * `[bed_mesh]`: follows the shape of the bed. A move transform that adds the height of a mesh to z, in pieces that are short enough, and
 * phases it out with height. Positions and heights mm, speeds mm/s.
 */
import type { PrinterConfig } from "../../config/printer-config.js";
import { plainToValue } from "../../gcode/template/host-values.js";
import { dumpJson } from "../../gcode/template/jinja-filters.js";
import { Float } from "../../gcode/template/py-values.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { MaybePromise } from "../../motion/ports.js";
import type { Toolhead } from "../../motion/surface.js";
import type { DangerOptions } from "../danger-options.js";
import type { GCodeMove, MoveTarget } from "../gcode-move.js";
import { BedMeshCalibrate } from "./calibrate.js";
import { FADE_DISABLE, FadeRange } from "./fade.js";
import { checkDeviation, checkSlope, type CheckResult } from "./mesh-check.js";
import { ProfileManager, type MeshProfile } from "./profiles.js";
import { splitMove, type SplitOptions } from "./split-move.js";
import type { ZMesh } from "./z-mesh.js";

/** Status of the object, Kalico's fields. */
export interface BedMeshStatus {
  profile_name: string;
  mesh_min: readonly number[];
  mesh_max: readonly number[];
  probed_matrix: readonly (readonly number[])[];
  mesh_matrix: readonly (readonly number[])[];
  profiles: Readonly<Record<string, MeshProfile>>;
}

export class BedMesh implements MoveTarget {
  readonly FADE_DISABLE = FADE_DISABLE;
  readonly printer: Printer;
  /** Height, mm, from which points are searched, as told to the user. */
  readonly horizontalMoveZ: number;
  readonly baseFadeTarget: number | null;
  readonly defaultMeshName: string | null;
  readonly bmc: BedMeshCalibrate;
  readonly pmgr: ProfileManager;
  zMesh: ZMesh | null = null;
  /** What z is raised by where fading is complete. */
  fadeTarget = 0;
  /** Height of the tool's nozzle over that for which g-code was offset. */
  toolOffset = 0;
  /** Where g-code is. */
  readonly lastPosition: number[] = [0, 0, 0, 0];
  private readonly gcode: GCodeDispatch;
  private readonly fade: FadeRange;
  private readonly split: SplitOptions;
  private toolhead!: Toolhead;
  private status!: BedMeshStatus;
  private logsFadeComplete = false;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.registerEventHandler("klippy:connect", () => this.handleConnect());
    this.bmc = new BedMeshCalibrate(config, this);
    this.horizontalMoveZ = config.getFloat("horizontal_move_z", { default: 5 });
    const fadeStart = config.getFloat("fade_start", { default: 1 });
    this.fade = new FadeRange(fadeStart, config.getFloat("fade_end", { default: 0 }));
    this.baseFadeTarget = config.getFloat("fade_target", { default: null });
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.split = {
      splitDeltaZ: config.getFloat("split_delta_z", { default: 0.025, minval: 0.01 }),
      moveCheckDistance: config.getFloat("move_check_distance", { default: 5, minval: 3 }),
    };
    this.pmgr = new ProfileManager(config, this);
    this.defaultMeshName = config.get("bed_mesh_default", { default: null });
    this.registerCommands();
    this.printer.loadObject<GCodeMove>(config, "gcode_move").setMoveTransform(this);
    this.updateStatus();
  }

  get fadeStart(): number {
    return this.fade.start;
  }

  get fadeEnd(): number {
    return this.fade.end;
  }

  get fadeDist(): number {
    return this.fade.distance;
  }

  private registerCommands(): void {
    const add = (name: string, handler: (gcmd: GCodeCommand) => void, desc: string): void => void this.gcode.registerCommand(name, handler, { desc });
    add("BED_MESH_OUTPUT", (gcmd) => this.cmdOutput(gcmd), "Retrieve interpolated grid of probed z-points");
    add("BED_MESH_MAP", (gcmd) => this.cmdMap(gcmd), "Serialize mesh and output to terminal");
    add("BED_MESH_CLEAR", () => this.setMesh(null), "Clear the Mesh so no z-adjustment is made");
    add("BED_MESH_OFFSET", (gcmd) => this.cmdOffset(gcmd), "Add X/Y offsets to the mesh lookup");
    add("BED_MESH_CHECK", (gcmd) => this.cmdCheck(gcmd), "Validate a variety of bed mesh parameters");
  }

  private handleConnect(): void {
    this.toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    const danger = this.printer.lookupObject<DangerOptions | null>("danger_options", null);
    if (danger?.logBedMeshAtStartup !== false) this.bmc.printGeneratedPoints((message) => this.log(message), true);
    const name = this.defaultMeshName;
    if (name === null) return;
    if (Object.hasOwn(this.pmgr.getProfiles(), name)) {
      this.pmgr.loadProfile(name);
      return;
    }
    const message = `Selected default bed mesh profile '${name}' not in available profiles.`;
    this.printer.lookupObject<PrinterConfig>("configfile").warn("config", message, "Invalid profile name");
  }

  private log(message: string): void {
    this.printer.log("info", message);
  }

  // ---- the mesh ----

  /** Follows another mesh from the next move on, or none. @throws CommandError when the mesh cannot be faded as configured; then there is none */
  setMesh(mesh: ZMesh | null): void {
    this.fadeTarget = 0;
    if (mesh !== null && this.fade.isEnabled) this.startFade(mesh);
    this.toolOffset = 0;
    this.zMesh = mesh;
    this.printer.lookupObject<GCodeMove>("gcode_move").resetLastPosition();
    this.updateStatus();
  }

  private startFade(mesh: ZMesh): void {
    const target = this.baseFadeTarget ?? mesh.getZAverage();
    const [low, high] = mesh.getZRange();
    const four = (value: number): string => formatFixed(value, 4);
    const refuse = (message: string): Error => {
      this.zMesh = null;
      return this.gcode.error(message);
    };
    if (target !== 0 && (target < low || target > high)) {
      throw refuse(`bed_mesh: ERROR, fade_target lies outside of mesh z range\nmin: ${four(low)}, max: ${four(high)}, fade_target: ${four(target)}`);
    }
    if (this.fadeDist <= Math.max(Math.abs(low), Math.abs(high))) {
      throw refuse(
        "bed_mesh:  Mesh extends outside of the fade range, please see the fade_start and fade_end options in" +
          `example-extras.cfg. fade distance: ${formatFixed(this.fadeDist, 2)} mesh min: ${four(low)}mesh max: ${four(high)}`,
      );
    }
    this.fadeTarget = target;
    this.logsFadeComplete = true;
  }

  getMesh(): ZMesh | null {
    return this.zMesh;
  }

  saveProfile(name: string): void {
    this.pmgr.saveProfile(name);
  }

  /** The share of the mesh that applies at a height of g-code, 0…1. */
  getZFactor(z: number): number {
    return this.fade.factorAt(z + this.toolOffset);
  }

  // ---- the transform ----

  getPosition(): number[] {
    const [x, y, z, ...rest] = this.toolhead.getPosition() as [number, number, number, ...number[]];
    const gcodeZ = this.zMesh === null ? z - this.fadeTarget : this.gcodeHeight(this.zMesh, x, y, z);
    this.lastPosition.splice(0, this.lastPosition.length, x, y, gcodeZ, ...rest);
    return [...this.lastPosition];
  }

  private gcodeHeight(mesh: ZMesh, x: number, y: number, z: number): number {
    const height = mesh.calcZ(x, y);
    const factor = this.fade.isEnabled ? this.fade.factorBehind(z + this.toolOffset, height, this.fadeTarget) : 1;
    return z - (factor * (height - this.fadeTarget) + this.fadeTarget);
  }

  move(newPosition: number[], speed: number): MaybePromise {
    const factor = this.getZFactor(newPosition[2]!);
    const mesh = this.zMesh;
    const target = this.fadeTarget;
    let ends: number[][];
    if (mesh === null || factor === 0) {
      const end = [...newPosition];
      end[2] = end[2]! + target;
      this.noteFadeComplete(newPosition[2]!);
      ends = [end];
    } else {
      ends = splitMove(this.lastPosition, newPosition, (x, y) => factor * (mesh.calcZ(x, y) - target) + target, this.split);
    }
    return this.moveAlong(ends, 0, [...newPosition], speed);
  }

  /** Moves to the ends from `first` on; waits only where the toolhead does. */
  private moveAlong(ends: readonly number[][], first: number, gcodePosition: readonly number[], speed: number): MaybePromise {
    for (let i = first; i < ends.length; i++) {
      const waiting = this.toolhead.move(ends[i]!, speed);
      if (waiting !== undefined) return waiting.then(() => this.moveAlong(ends, i + 1, gcodePosition, speed));
    }
    this.lastPosition.splice(0, this.lastPosition.length, ...gcodePosition);
    return undefined;
  }

  private noteFadeComplete(z: number): void {
    if (!this.logsFadeComplete) return;
    this.logsFadeComplete = false;
    this.log(`bed_mesh fade complete: Current Z: ${formatFixed(z, 4)} fade_target: ${formatFixed(this.fadeTarget, 4)} `);
  }

  // ---- status and commands ----

  getStatus(_eventTime?: number): BedMeshStatus {
    return this.status;
  }

  updateStatus(): void {
    const mesh = this.zMesh;
    const params = mesh?.getMeshParams();
    this.status = {
      profile_name: mesh?.getProfileName() ?? "",
      mesh_min: params === undefined ? [0, 0] : [params.min_x, params.min_y],
      mesh_max: params === undefined ? [0, 0] : [params.max_x, params.max_y],
      probed_matrix: mesh?.getProbedMatrix() ?? [[]],
      mesh_matrix: mesh?.getMeshMatrix() ?? [[]],
      profiles: this.pmgr.getProfiles(),
    };
  }

  private cmdOutput(gcmd: GCodeCommand): void {
    if (gcmd.getInt("PGP", { default: 0 })) {
      this.bmc.printGeneratedPoints((message) => gcmd.respondInfo(message));
    } else if (this.zMesh === null) {
      gcmd.respondInfo("Bed has not been probed");
    } else {
      this.zMesh.printProbedMatrix((message) => gcmd.respondInfo(message));
      this.zMesh.printMesh((message) => gcmd.respondRaw(message), this.horizontalMoveZ);
    }
  }

  private cmdMap(gcmd: GCodeCommand): void {
    if (this.zMesh === null) {
      gcmd.respondInfo("Bed has not been probed");
      return;
    }
    const { min_x, min_y, max_x, max_y } = this.zMesh.getMeshParams();
    const floats = (values: readonly number[]): Float[] => values.map((value) => new Float(value));
    const map = { mesh_min: floats([min_x, min_y]), mesh_max: floats([max_x, max_y]), z_positions: this.zMesh.getProbedMatrix().map(floats) };
    gcmd.respondRaw(`mesh_map_output ${dumpJson(plainToValue(map))}`);
  }

  private cmdOffset(gcmd: GCodeCommand): void {
    if (this.zMesh === null) {
      gcmd.respondInfo("No mesh loaded to offset");
      return;
    }
    this.zMesh.setMeshOffsets(["X", "Y"].map((axis) => gcmd.getFloat(axis, { default: null })));
    this.toolOffset = gcmd.getFloat("ZFADE", { default: null }) ?? this.toolOffset;
    this.printer.lookupObject<GCodeMove>("gcode_move").resetLastPosition();
  }

  private cmdCheck(gcmd: GCodeCommand): void {
    const mesh = this.zMesh?.getMeshMatrix();
    if (mesh === undefined) throw gcmd.error("No mesh has been loaded");
    const params = this.zMesh!.getMeshParams();
    const checks: [name: string, check: (limit: number) => CheckResult][] = [
      ["MAX_DEVIATION", (limit) => checkDeviation(mesh, limit)],
      ["MAX_SLOPE", (limit) => checkSlope(mesh, params, limit)],
    ];
    let isChecked = false;
    for (const [name, check] of checks) {
      const limit = gcmd.getFloat(name, { default: null });
      if (limit === null) continue;
      isChecked = true;
      if (limit <= 0) throw gcmd.error(`${name} must be greater than 0`);
      const { passes, message } = check(limit);
      if (!passes) throw gcmd.error(message);
      gcmd.respondInfo(message);
    }
    if (isChecked) return;
    gcmd.respondInfo(
      "No validation checks specified. Available checks:\nMAX_DEVIATION - Validate maximum mesh height deviation\nMAX_SLOPE - Validate maximum slope between adjacent points",
    );
  }
}

export function loadConfig(config: ConfigSection): BedMesh {
  return new BedMesh(config);
}
