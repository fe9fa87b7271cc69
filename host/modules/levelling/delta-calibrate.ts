/**
 * `[delta_calibrate]`: DELTA_CALIBRATE finds the geometry of a delta by heights probed at seven points, DELTA_ANALYZE by a printed object that was measured as
 * well. What was probed and measured is kept in the configuration as stable positions, so that later calibrations can build on it. Lengths mm.
 */
import { pyFloat, pyFloatStr, pyStrip } from "../../config/python-text.js";
import type { ConfigSection } from "../../config/config-section.js";
import { ConfigError } from "../../errors.js";
import type { GCodeDispatch } from "../../gcode/dispatch.js";
import type { GCodeCommand } from "../../gcode/gcode-command.js";
import { formatFixed } from "../../motion/format-fixed.js";
import { commandedPositions } from "../../motion/homing-move.js";
import type { CalibratedKinematics, ConfigSetter, DeltaCalibration, StablePosition } from "../../motion/kinematics/delta-calibration.js";
import type { Toolhead } from "../../motion/surface.js";
import type { Printer } from "../../printer/printer-surface.js";
import { ProbePointsHelper } from "../probe/probe-points.js";
import { coordinateDescent } from "./coordinate-descent.js";
import { measuredDistances, MEASUREMENTS, type MeasuredDistance, type Measurements } from "./delta-object.js";

/** Distance of the probed points from the centre as a share of the radius; different ones, so that errors do not look alike. */
const SCATTER = [0.95, 0.9, 0.85, 0.7, 0.75, 0.8];
/** Weight of a measured distance beside a probed height. */
const MEASURE_WEIGHT = 0.5;
const MAX_ENTRIES = 999;

/** A height that is known at a place, mm. */
export interface KnownHeight {
  readonly height: number;
  readonly at: StablePosition;
}

type Measurement = keyof typeof MEASUREMENTS;

const three = (values: readonly number[]): string => values.slice(0, 3).map((value) => formatFixed(value, 3)).join(",");

const square = (value: number): number => value * value;

const readStable = (config: ConfigSection, option: string): StablePosition => config.getFloatList(option, { count: 3 });

/** Numbered entries of a section, as far as they go without a gap. */
function readEntries<T>(config: ConfigSection, name: string, read: (value: number, option: string) => T): T[] {
  const entries: T[] = [];
  for (let i = 0; i < MAX_ENTRIES; i++) {
    const value = config.getFloat(`${name}${i}`, { default: null });
    if (value === null) break;
    entries.push(read(value, `${name}${i}`));
  }
  return entries;
}

export class DeltaCalibrate {
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  readonly probeHelper: ProbePointsHelper;
  /** As the configuration has them: a calibration counts after SAVE_CONFIG. */
  private readonly probedHeights: readonly KnownHeight[];
  private readonly distances: readonly MeasuredDistance[];
  private readonly manualHeights: KnownHeight[];
  private readonly analyzed: Partial<Record<Measurement, readonly number[]>> = { SCALE: [1] };

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.registerEventHandler("klippy:connect", () => {
      if (this.kinematics().getCalibration === undefined) throw new ConfigError("Delta calibrate is only for delta printers");
    });
    const radius = config.getFloat("radius", { above: 0 });
    const ring = SCATTER.map((share, i) => {
      const angle = ((90 + 60 * i) * Math.PI) / 180;
      return [Math.cos(angle) * radius * share, Math.sin(angle) * radius * share];
    });
    this.probeHelper = new ProbePointsHelper(config, (offsets, points) => this.concludeProbing(offsets, points), { defaultPoints: [[0, 0], ...ring] });
    this.probeHelper.minimumPoints(3);
    const known = (height: number, option: string): KnownHeight => ({ height, at: readStable(config, `${option}_pos`) });
    this.probedHeights = readEntries(config, "height", known);
    this.manualHeights = readEntries(config, "manual_height", known);
    this.distances = readEntries(config, "distance", (distance, option) => ({ distance, from: readStable(config, `${option}_pos1`), to: readStable(config, `${option}_pos2`) }));
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerCommand("DELTA_CALIBRATE", (gcmd) => this.probeHelper.startProbe(gcmd), { desc: "Delta calibration script" });
    this.gcode.registerCommand("DELTA_ANALYZE", (gcmd) => this.cmdDeltaAnalyze(gcmd), { desc: "Extended delta calibration tool" });
  }

  private kinematics(): Partial<CalibratedKinematics> {
    return this.printer.lookupObject<Toolhead>("toolhead").getKinematics() as Partial<CalibratedKinematics>;
  }

  private calibration(): DeltaCalibration {
    return this.kinematics().getCalibration!();
  }

  private concludeProbing([, , height]: readonly number[], points: readonly (readonly number[])[]): void {
    const calibration = this.calibration();
    this.calculate(points.map((point) => ({ height: height!, at: calibration.calcStablePosition(point) })), []);
  }

  /** Finds the geometry for what is known, and hands it over for SAVE_CONFIG. */
  private calculate(probed: readonly KnownHeight[], distances: readonly MeasuredDistance[]): void {
    const heights = [...this.manualHeights, ...probed];
    this.log(["Calculating delta_calibrate with:", ...heights.map(({ height, at }) => `${height} ${three(at)}`),
      ...distances.map(({ distance, from, to }) => `${distance} ${three(from)} ${three(to)}`)].join("\n"));
    const before = this.calibration();
    const after = findGeometry(before, heights, distances, probed.length);
    this.logChanges(before, after, heights, distances);
    this.save(after, probed, distances);
  }

  private log(text: string): void {
    this.printer.log("info", text);
  }

  private logChanges(before: DeltaCalibration, after: DeltaCalibration, heights: readonly KnownHeight[], distances: readonly MeasuredDistance[]): void {
    const six = (value: number): string => formatFixed(value, 6);
    for (const { height, at } of heights) {
      const [was, is] = [before, after].map((calibration) => six(calibration.getPositionFromStable(at)[2]!));
      this.log(`height orig: ${was} new: ${is} goal: ${six(height)}`);
    }
    for (const { distance, from, to } of distances) {
      const [was, is] = [before, after].map((calibration) => six(lengthIn(calibration, from, to)));
      this.log(`dist orig: ${was} new: ${is} goal: ${six(distance)}`);
    }
  }

  private save(calibration: DeltaCalibration, probed: readonly KnownHeight[], distances: readonly MeasuredDistance[]): void {
    const configfile = this.printer.lookupObject<ConfigSetter>("configfile");
    const told = calibration.saveState(configfile);
    const set = (option: string, value: string): void => configfile.set("delta_calibrate", option, value);
    const setHeights = (name: string, heights: readonly KnownHeight[]): void => {
      for (const [i, { height, at }] of heights.entries()) {
        set(`${name}${i}`, pyFloatStr(height));
        set(`${name}${i}_pos`, three(at));
      }
    };
    setHeights("height", probed);
    setHeights("manual_height", this.manualHeights);
    for (const [i, { distance, from, to }] of distances.entries()) {
      set(`distance${i}`, pyFloatStr(distance));
      set(`distance${i}_pos1`, three(from));
      set(`distance${i}_pos2`, three(to));
    }
    this.gcode.respondInfo(told);
    this.gcode.respondInfo("The SAVE_CONFIG command will update the printer config file\nwith these parameters and restart the printer.");
  }

  /** The nozzle stands at a height that the user knows. */
  private addManualHeight(height: number): void {
    const toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    toolhead.flushStepGeneration();
    const kin = toolhead.getKinematics();
    const position = kin.calcPosition(commandedPositions(kin));
    this.manualHeights.push({ height, at: this.calibration().calcStablePosition(position) });
    this.gcode.respondInfo(`Adding manual height: ${three(position)} is actually z=${formatFixed(height, 3)}`);
  }

  private cmdDeltaAnalyze(gcmd: GCodeCommand): void {
    const manualHeight = gcmd.getFloat("MANUAL_HEIGHT", { default: null });
    if (manualHeight !== null) {
      this.addManualHeight(manualHeight);
      return;
    }
    for (const name of Object.keys(MEASUREMENTS) as Measurement[]) {
      const text = gcmd.get(name, { default: null });
      if (text === null) continue;
      this.analyzed[name] = readValues(gcmd, name, text);
      this.log(`DELTA_ANALYZE ${name} = ${text}`);
    }
    const action = gcmd.get("CALIBRATE", { default: null });
    if (action === null) return;
    if (action !== "extended") throw gcmd.error("Unknown calibrate action");
    this.calibrateExtended();
  }

  private calibrateExtended(): void {
    const distances = this.knownDistances();
    if (this.probedHeights.length === 0) throw this.gcode.error("Must run basic calibration with DELTA_CALIBRATE first");
    this.calculate(this.probedHeights, distances);
  }

  /** What was measured; as long as nothing was, that of an earlier calibration. */
  private knownDistances(): readonly MeasuredDistance[] {
    const missing = (Object.keys(MEASUREMENTS) as Measurement[]).filter((name) => this.analyzed[name] === undefined);
    if (missing.length === Object.keys(MEASUREMENTS).length - 1) return this.distances;
    if (missing.length > 0) throw this.gcode.error("Not all measurements provided");
    const calibration = this.calibration();
    return measuredDistances(this.analyzed as Measurements, (place) => calibration.calcStablePosition(place));
  }
}

/**
 * Searches for the geometry in which heights and distances are as known, from `before` on. With distances arms are searched for too, and heights weigh
 * less, the more of them were `probed` for one distance.
 */
export function findGeometry(before: DeltaCalibration, heights: readonly KnownHeight[], distances: readonly MeasuredDistance[], probed = heights.length): DeltaCalibration {
  const { adjusted, params } = before.coordinateDescentParams(distances.length > 0);
  const names = Object.keys(params);
  const build = (values: readonly number[]): DeltaCalibration => before.newCalibration(Object.fromEntries(names.map((name, i) => [name, values[i]!])));
  const heightWeight = distances.length > 0 ? distances.length / (MEASURE_WEIGHT * probed) : 1;
  const { parameters } = coordinateDescent(Object.values(params), (values) => {
    const tried = build(values);
    const heightError = heights.reduce((sum, { height, at }) => sum + square(tried.getPositionFromStable(at)[2]! - height), 0);
    return distances.reduce((sum, { distance, from, to }) => sum + square(lengthIn(tried, from, to) - distance), heightError * heightWeight);
  }, adjusted.map((name) => names.indexOf(name)));
  return build(parameters);
}

/** Distance of two places in a geometry. */
function lengthIn(calibration: DeltaCalibration, from: StablePosition, to: StablePosition): number {
  const [a, b] = [calibration.getPositionFromStable(from), calibration.getPositionFromStable(to)] as [number[], number[]];
  const [x, y, z] = [a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!];
  return Math.sqrt(x * x + y * y + z * z);
}

/** @throws CommandError when the values are not numbers, or not as many as belong to the measurement */
function readValues(gcmd: GCodeCommand, name: Measurement, text: string): number[] {
  let values: number[];
  try {
    values = text.split(",").map((word) => pyFloat(pyStrip(word)));
  } catch {
    throw gcmd.error(`Unable to parse parameter '${name}'`);
  }
  if (values.length !== MEASUREMENTS[name]) throw gcmd.error(`Parameter '${name}' must have ${MEASUREMENTS[name]} values`);
  return values;
}

export function loadConfig(config: ConfigSection): DeltaCalibrate {
  return new DeltaCalibrate(config);
}
