/**
 * `[z_tilt_ng]`: what `[z_tilt]` does, and what it needs for that. Z_TILT_CALIBRATE measures the bed's own unevenness at the points of Z_TILT_ADJUST while further points keep it
 * level, and stores it as z_offsets; Z_TILT_AUTODETECT finds where three motors carry the bed, and stores that as z_positions. Both measure
 * until the mean of the last passes gets no better. Positions mm.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { GCodeDispatch } from "../../gcode/dispatch.js";
import type { GCodeCommand } from "../../gcode/gcode-command.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { Printer } from "../../printer/printer-surface.js";
import { ProbePointsHelper } from "../probe/probe-points.js";
import { PIVOT_MOTORS, PIVOT_PASSES, pivotMoves, pivotsFrom } from "./pivot-search.js";
import { readPlaces, type Place } from "./places.js";
import { bedPlane, heightOn, type Plane } from "./plane.js";
import { Settling, type SettlingState } from "./settling.js";
import { RetryHelper, ZAdjustHelper, ZAdjustStatus, type PassResult } from "./z-adjust.js";

const MIN_POINTS = 2;
const MIN_CALIBRATION_POINTS = 3;
const LEAST_DELTA = 0.1;
const SAVE_CONFIG_HINT = "The SAVE_CONFIG command will update the printer config\nfile with these parameters and restart the printer.";

type Points = readonly (readonly number[])[];

interface ConfigSetter {
  set(section: string, option: string, value: string): void;
}

const six = (value: number): string => formatFixed(value, 6);
const comparison = ({ previous, error }: SettlingState): string => `previous error: ${six(previous!)} current error: ${six(error)}`;

/** A calibration under way. */
interface Calibration {
  gcmd: GCodeCommand;
  /** Heights of the bed at all points, pass by pass. */
  heights: Settling;
}

/** A search for the pivots under way. */
interface PivotSearch extends Calibration {
  delta: number;
  /** x and y of all pivots, cycle by cycle. */
  pivots: Settling;
  /** The planes of the present cycle. */
  planes: Plane[];
  /** Heights when the cycle began. */
  levelHeights: number[];
}

export class ZTiltNg {
  readonly printer: Printer;
  readonly section: string;
  /** Where the motors carry the bed, in the order of the motors. */
  zPositions: readonly Place[];
  /** How much higher than level the bed is at the points, in their order; null: nowhere. */
  zOffsets: readonly number[] | null;
  readonly useAdjustments: boolean;
  readonly numProbePoints: number;
  readonly retryHelper: RetryHelper;
  readonly probeHelper: ProbePointsHelper;
  /** Probes the further points as well; null without such. */
  readonly calHelper: ProbePointsHelper | null = null;
  readonly adHelper: ProbePointsHelper;
  readonly zStatus: ZAdjustStatus;
  readonly zHelper: ZAdjustHelper;
  private readonly averagingLength: number;
  private readonly defaultDelta: number;
  private calibration: Calibration | undefined;
  private search: PivotSearch | undefined;

  constructor(config: ConfigSection) {
    const printer = (this.printer = config.getPrinter());
    this.section = config.getName();
    this.zPositions = readPlaces(config, "z_positions");
    const motors = this.zPositions.length;
    this.retryHelper = new RetryHelper(config);
    this.probeHelper = new ProbePointsHelper(config, (offsets, points) => this.conclude(offsets, points));
    this.probeHelper.minimumPoints(MIN_POINTS);
    this.zOffsets = config.getFloatList("z_offsets", { count: motors, default: null });
    this.zStatus = new ZAdjustStatus(printer);
    this.zHelper = new ZAdjustHelper(config, motors);
    const points = [...this.probeHelper.getProbePoints()];
    this.numProbePoints = points.length;
    if (config.get("extra_points", { default: null }) !== null) {
      this.calHelper = new ProbePointsHelper(config, (offsets, found) => this.concludeCalibration(offsets, found), { optionName: "extra_points" });
      points.push(...this.calHelper.getProbePoints());
      this.calHelper.updateProbePoints(points, MIN_CALIBRATION_POINTS);
    }
    this.adHelper = new ProbePointsHelper(config, (offsets, found) => this.concludeSearchPass(offsets, found));
    this.adHelper.updateProbePoints(points, MIN_CALIBRATION_POINTS);
    this.averagingLength = config.getInt("averaging_len", { default: 3, minval: 1 });
    this.defaultDelta = config.getFloat("autodetect_delta", { default: 1, minval: LEAST_DELTA });
    this.useAdjustments = config.getBoolean("use_adjustments", { default: false });
    this.registerCommands(printer.lookupObject<GCodeDispatch>("gcode"));
  }

  private registerCommands(gcode: GCodeDispatch): void {
    gcode.registerCommand("Z_TILT_ADJUST", (gcmd) => this.cmdZTiltAdjust(gcmd), { desc: "Adjust the Z tilt" });
    const { calHelper } = this;
    if (calHelper !== null) {
      gcode.registerCommand("Z_TILT_CALIBRATE", (gcmd) => this.cmdZTiltCalibrate(gcmd, calHelper), { desc: "Calibrate Z tilt with additional probing points" });
    }
    gcode.registerCommand("Z_TILT_AUTODETECT", (gcmd) => this.cmdZTiltAutodetect(gcmd), { desc: "Autodetect pivot point of Z motors" });
  }

  getStatus(eventTime: number): { applied: boolean } {
    return this.zStatus.getStatus(eventTime);
  }

  /** Moves the motors so that a plane becomes level. @returns the way of each */
  private async level(plane: Plane, helper: ProbePointsHelper, pivots: readonly Place[] = this.zPositions): Promise<number[]> {
    const adjustments = pivots.map(([x, y]) => heightOn(plane, x, y));
    await this.zHelper.adjustSteppers(adjustments, helper.getLiftSpeed());
    return adjustments;
  }

  private async cmdZTiltAdjust(gcmd: GCodeCommand): Promise<void> {
    this.zStatus.reset();
    this.retryHelper.start(gcmd);
    await this.probeHelper.startProbe(gcmd);
  }

  private async conclude(offsets: readonly number[], points: Points): Promise<PassResult> {
    const { zOffsets } = this;
    // As in Kalico, points for which there is no offset do not count.
    const even = zOffsets === null ? points : points.slice(0, zOffsets.length).map(([x, y, z], i) => [x!, y!, z! - zOffsets[i]!]);
    const adjustments = await this.level(bedPlane(even, offsets), this.probeHelper);
    return this.zStatus.checkRetryResult(this.retryHelper.checkRetry(this.useAdjustments ? adjustments : even.map((point) => point[2]!)));
  }

  /** How many passes are averaged. */
  private lengthOf(gcmd: GCodeCommand): number {
    return gcmd.getInt("AVGLEN", { default: this.averagingLength, minval: 1 });
  }

  private async cmdZTiltCalibrate(gcmd: GCodeCommand, helper: ProbePointsHelper): Promise<void> {
    this.calibration = { gcmd, heights: new Settling(this.lengthOf(gcmd)) };
    await helper.startProbe(gcmd);
  }

  private async concludeCalibration(offsets: readonly number[], points: Points): Promise<"retry" | undefined> {
    const { gcmd, heights } = this.calibration!;
    await this.level(bedPlane(points, offsets), this.calHelper!);
    const state = heights.add(points.map((point) => point[2]! - offsets[2]!));
    if (state?.previous === undefined) return "retry";
    gcmd.respondInfo(comparison(state));
    if (!state.isSettled) return "retry";
    this.zOffsets = heights.means();
    const text = this.offsetsText();
    gcmd.respondInfo(`final z_offsets are: ${text}`);
    this.save("z_offsets", text);
    gcmd.respondInfo(SAVE_CONFIG_HINT);
    return undefined;
  }

  private async cmdZTiltAutodetect(gcmd: GCodeCommand): Promise<void> {
    const length = this.lengthOf(gcmd);
    const delta = gcmd.getFloat("DELTA", { default: this.defaultDelta, minval: LEAST_DELTA });
    if (this.zPositions.length !== PIVOT_MOTORS) throw gcmd.error(`${this.section} z_positions needs exactly ${PIVOT_MOTORS} items for calibration`);
    this.search = { gcmd, heights: new Settling(length), pivots: new Settling(length), delta, planes: [], levelHeights: [] };
    await this.adHelper.startProbe(gcmd);
  }

  private async concludeSearchPass(offsets: readonly number[], points: Points): Promise<"retry" | undefined> {
    const search = this.search!;
    const pass = search.planes.push(bedPlane(points, offsets)) - 1;
    if (pass === 0) search.levelHeights = points.map((point) => point[2]! - offsets[2]!);
    await this.zHelper.adjustSteppers(pivotMoves(pass, search.delta), this.adHelper.getLiftSpeed());
    return pass + 1 < PIVOT_PASSES ? "retry" : this.concludeSearchCycle(search);
  }

  private async concludeSearchCycle(search: PivotSearch): Promise<"retry" | undefined> {
    const { gcmd, delta, planes } = search;
    const found = pivotsFrom(planes, delta);
    gcmd.respondInfo(`current estimated z_positions ${placesText(found)}`);
    const state = search.pivots.add(found.flat());
    search.heights.add(search.levelHeights);
    await this.level(planes[0]!, this.adHelper, meanPivots(search));
    search.planes = [];
    if (state === undefined) return "retry";
    gcmd.respondInfo(state.previous === undefined ? `current error: ${six(state.error)}` : comparison(state));
    if (!state.isSettled) return "retry";
    this.keepSearched(search);
    return undefined;
  }

  private keepSearched(search: PivotSearch): void {
    const { gcmd } = search;
    this.zPositions = meanPivots(search);
    this.zOffsets = search.heights.means().slice(0, this.numProbePoints);
    const offsets = this.offsetsText(), places = placesText(this.zPositions);
    this.save("z_offsets", offsets);
    this.save("z_positions", places);
    for (const message of [`final z_positions are ${places}`, `final z_offsets are: ${offsets}`, SAVE_CONFIG_HINT]) gcmd.respondInfo(message);
  }

  /** The offsets of the points of Z_TILT_ADJUST. */
  private offsetsText(): string {
    return this.zOffsets!.slice(0, this.numProbePoints).map(six).join(", ");
  }

  private save(option: string, value: string): void {
    this.printer.lookupObject<ConfigSetter>("configfile").set(this.section, option, value);
  }
}

/** Where the pivots are by the last cycles. */
function meanPivots({ pivots }: PivotSearch): Place[] {
  const means = pivots.means();
  return Array.from({ length: PIVOT_MOTORS }, (_, motor) => [means[2 * motor]!, means[2 * motor + 1]!]);
}

/** A line for each place. */
const placesText = (places: readonly Place[]): string => places.map(([x, y]) => `${six(x)}, ${six(y)}\n`).join("");

export function loadConfig(config: ConfigSection): ZTiltNg {
  return new ZTiltNg(config);
}
