/**
 * Walks over a list of points and has each probed, by the probe or by the user (METHOD=manual), and hands the
 * results to a calibration, which may ask for another pass. Positions mm, speeds mm/s.
 */
import { ConfigError } from "../../errors.js";
import type { ConfigSection, GCodeCommand, Printer } from "../../heaters/host-types.js";
import { ManualProbeHelper, verifyNoManualProbe } from "../../motion/manual-probe.js";
import type { MaybePromise } from "../../motion/ports.js";
import type { Toolhead } from "../../motion/surface.js";
import { RetrySession } from "./retry.js";
import type { Probe } from "./surface.js";

/** Gets the probe's offsets and a position per point; "retry", or the unevenness found (mm, not 0), asks for another pass. May wait. */
export type PointsFinalize = (offsets: readonly number[], results: readonly (readonly number[])[]) => MaybePromise<unknown>;

export interface PointsOptions {
  defaultPoints?: readonly (readonly number[])[] | null;
  optionName?: string;
  useOffsets?: boolean;
  enableHorizontalZClearance?: boolean;
}

/** x and y of the points of an option, a line each. */
const readPoints = (config: ConfigSection, option: string): number[][] =>
  config.getLists<number>(option, { seps: [",", "\n"], parser: Number, count: 2 }) as unknown as number[][];

export class ProbePointsHelper {
  readonly printer: Printer;
  readonly name: string;
  probePoints: (readonly number[])[];
  horizontalMoveZ: number;
  readonly defaultHorizontalMoveZ: number;
  horizontalZClearance: number | null = null;
  speed: number;
  liftSpeed: number;
  useOffsets: boolean;
  probeOffsets: readonly number[] = [0, 0, 0];
  results: (readonly number[])[] = [];
  readonly retrySession: RetrySession;
  private readonly defaultHorizontalZClearance: number | null = null;
  private readonly zClearanceEnabled: boolean;
  private readonly adaptiveHorizontalMoveZ: boolean;
  private readonly minHorizontalMoveZ: number;
  private readonly alternates: boolean;
  private readonly startReverse: boolean;
  private enforceLiftSpeed: boolean;
  private readonly finalizeCallback: PointsFinalize;
  private isReversed = false;
  private manualGcmd: GCodeCommand | undefined;

  constructor(config: ConfigSection, finalizeCallback: PointsFinalize, options: PointsOptions = {}) {
    const { defaultPoints = null, optionName = "points", useOffsets = false, enableHorizontalZClearance = false } = options;
    this.printer = config.getPrinter();
    this.finalizeCallback = finalizeCallback;
    this.name = config.getName();
    const isGiven = defaultPoints === null || config.get(optionName, { default: null }) !== null;
    this.probePoints = isGiven ? readPoints(config, optionName) : [...defaultPoints];
    this.horizontalMoveZ = this.defaultHorizontalMoveZ = config.getFloat("horizontal_move_z", { default: 5 });
    this.zClearanceEnabled = enableHorizontalZClearance;
    if (enableHorizontalZClearance) {
      this.horizontalZClearance = this.defaultHorizontalZClearance = config.getFloat("horizontal_z_clearance", { default: null });
    }
    this.adaptiveHorizontalMoveZ = config.getBoolean("adaptive_horizontal_move_z", { default: false });
    this.minHorizontalMoveZ = config.getFloat("min_horizontal_move_z", { default: 1 });
    this.speed = config.getFloat("speed", { default: 50, above: 0 });
    this.useOffsets = config.getBoolean("use_probe_xy_offsets", { default: useOffsets });
    this.alternates = config.getBoolean("alternate_probe_direction", { default: false });
    this.startReverse = this.alternates && config.getBoolean("start_reverse", { default: false });
    this.enforceLiftSpeed = config.getBoolean("enforce_lift_speed", { default: false });
    this.retrySession = new RetrySession(config);
    this.liftSpeed = this.speed;
  }

  getProbePoints(): (readonly number[])[] {
    return this.probePoints;
  }

  /** @throws ConfigError when there are fewer points than `n` */
  minimumPoints(n: number): void {
    if (this.probePoints.length < n) throw new ConfigError(`Need at least ${n} probe points for ${this.name}`);
  }

  updateProbePoints(points: readonly (readonly number[])[], minPoints: number): void {
    this.probePoints = [...points];
    this.minimumPoints(minPoints);
  }

  useXyOffsets(useOffsets: boolean): void {
    this.useOffsets = useOffsets;
  }

  getLiftSpeed(gcmd: GCodeCommand | null = null): number {
    return gcmd === null ? this.liftSpeed : gcmd.getFloat("LIFT_SPEED", { default: this.liftSpeed, above: 0 });
  }

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  private async lift(): Promise<void> {
    const isFirst = this.results.length === 0;
    const toolhead = this.toolhead();
    const clearance = this.horizontalZClearance;
    const z = clearance !== null && !isFirst ? toolhead.getPosition()[2]! + clearance : this.horizontalMoveZ;
    await toolhead.manualMove([null, null, z], isFirst && !this.enforceLiftSpeed ? this.speed : this.liftSpeed);
  }

  /** Where the nozzle has to be for the next point. */
  private nextPosition(): [x: number, y: number] {
    const done = this.results.length;
    const [x, y] = this.probePoints[this.isReversed ? this.probePoints.length - 1 - done : done] as [number, number];
    const [offsetX, offsetY] = this.useOffsets ? (this.probeOffsets as [number, number]) : [0, 0];
    return [x - offsetX, y - offsetY];
  }

  private store(position: readonly number[]): void {
    if (this.isReversed) this.results.unshift(position);
    else this.results.push(position);
  }

  /** Ends the pass when all points are probed, lifts, and goes to the next point. @returns true when the calibration is content. */
  private async moveNext(): Promise<boolean> {
    const isComplete = this.results.length >= this.probePoints.length;
    const isContent = isComplete && !(await this.wantsPass());
    await this.lift();
    if (isComplete) this.results = [];
    if (isContent) return true;
    if (isComplete && this.alternates) this.isReversed = !this.isReversed;
    await this.toolhead().manualMove([...this.nextPosition(), null], this.speed);
    return false;
  }

  /** Hands the results over, from where the last point was probed; true when the calibration asks for another pass. */
  private async wantsPass(): Promise<boolean> {
    this.toolhead().getLastMoveTime();
    const answer = await this.finalizeCallback(this.probeOffsets, this.results);
    if (typeof answer !== "number") return answer === "retry";
    // The next pass need not keep further away than the unevenness that this one found.
    if (this.adaptiveHorizontalMoveZ) this.horizontalMoveZ = Math.max(Math.ceil(answer) + this.probeOffsets[2]!, this.minHorizontalMoveZ);
    return answer !== 0;
  }

  /** Probes all points. @throws CommandError */
  async startProbe(gcmd: GCodeCommand): Promise<void> {
    verifyNoManualProbe(this.printer);
    const probe = this.printer.lookupObject<Probe | null>("probe", null);
    let method = gcmd.get("METHOD", { default: "automatic" }).toLowerCase();
    if (method === "rapid_scan") {
      gcmd.respondInfo("METHOD=rapid_scan not supported, using automatic");
      method = "automatic";
    }
    this.results = [];
    this.isReversed = this.startReverse;
    this.horizontalMoveZ = gcmd.getFloat("HORIZONTAL_MOVE_Z", { default: this.defaultHorizontalMoveZ });
    if (this.zClearanceEnabled) this.horizontalZClearance = gcmd.getFloat("HORIZONTAL_Z_CLEARANCE", { default: this.defaultHorizontalZClearance });
    // Stays so for the passes of later commands.
    const enforce = gcmd.getInt("ENFORCE_LIFT_SPEED", { default: null, minval: 0, maxval: 1 });
    if (enforce !== null) this.enforceLiftSpeed = enforce === 1;
    if (probe === null || method !== "automatic") {
      this.liftSpeed = this.speed;
      this.probeOffsets = [0, 0, 0];
      this.manualGcmd = gcmd;
      await this.manualStart();
      return;
    }
    this.liftSpeed = probe.getLiftSpeed(gcmd);
    this.probeOffsets = probe.getOffsets();
    if (this.horizontalMoveZ < this.probeOffsets[2]!) throw gcmd.error("horizontal_move_z can't be less than probe's z_offset");
    this.retrySession.start(gcmd);
    await probe.multiProbeBegin();
    while (!(await this.moveNext())) this.store(await probe.runProbe(gcmd, this.retrySession));
    await probe.multiProbeEnd();
    this.retrySession.end();
  }

  private async manualStart(): Promise<void> {
    if (await this.moveNext()) return;
    new ManualProbeHelper(this.printer, this.manualGcmd!, async (kinPos) => {
      if (kinPos === null) return;
      this.store(kinPos);
      await this.manualStart();
    });
  }
}
