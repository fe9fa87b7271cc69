/**
 * `[axis_twist_compensation]`: a twisted rail tilts the probe beside the nozzle, so that it triggers too high here and too low there.
 * AXIS_TWIST_COMPENSATION_CALIBRATE compares the probe with the nozzle at points along an axis; what it finds is added to each touch.
 * Positions and heights mm, speeds mm/s.
 */
import { pyFloatStr } from "../config/python-text.js";
import type { PrinterConfig } from "../config/printer-config.js";
import { ConfigError } from "../errors.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import { formatFixed } from "../motion/format-fixed.js";
import { ManualProbeHelper } from "../motion/manual-probe.js";
import type { Toolhead } from "../motion/surface.js";
import type { Probe } from "./probe/surface.js";

const DEFAULT_SAMPLE_COUNT = 3;
const COMMAND = "AXIS_TWIST_COMPENSATION_CALIBRATE";
const HELP = `
    Performs the x twist calibration wizard
    Measure z probe offset at n points along the x axis,
    and calculate x twist compensation
    `;

type Axis = "X" | "Y";

/** The value at a place between equally spaced ones, and beyond them along the line of the last two. */
export function interpolate(values: readonly number[], start: number, end: number, place: number): number {
  const position = (place - start) / ((end - start) / (values.length - 1));
  const index = Math.max(0, Math.min(values.length - 2, Math.floor(position)));
  const t = position - index;
  return (1 - t) * values[index]! + t * values[index + 1]!;
}

export class AxisTwistCompensation {
  readonly printer: Printer;
  horizontalMoveZ: number;
  speed: number;
  calibrateStartX: number;
  calibrateEndX: number;
  calibrateY: number;
  calibrateStartY: number | null;
  calibrateEndY: number | null;
  calibrateX: number | null;
  /** Corrections at equal distances from start to end; none: no correction. */
  zCompensations: readonly number[];
  compensationStartX: number | null;
  compensationEndX: number | null;
  zyCompensations: readonly number[];
  compensationStartY: number | null;
  compensationEndY: number | null;
  readonly calibrater: Calibrater;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    const optional = (option: string): number | null => config.getFloat(option, { default: null });
    const values = (option: string): number[] => config.getLists<number>(option, { default: [], parser: Number }) as number[];
    this.horizontalMoveZ = config.getFloat("horizontal_move_z", { default: 5 });
    this.speed = config.getFloat("speed", { default: 50 });
    this.calibrateStartX = config.getFloat("calibrate_start_x");
    this.calibrateEndX = config.getFloat("calibrate_end_x");
    this.calibrateY = config.getFloat("calibrate_y");
    this.zCompensations = values("z_compensations");
    this.compensationStartX = optional("compensation_start_x");
    this.compensationEndX = optional("compensation_end_x");
    this.calibrateStartY = optional("calibrate_start_y");
    this.calibrateEndY = optional("calibrate_end_y");
    this.calibrateX = optional("calibrate_x");
    this.compensationStartY = optional("compensation_start_y");
    this.compensationEndY = optional("compensation_end_y");
    this.zyCompensations = values("zy_compensations");
    const needsEnds = (option: string, axis: "x" | "y"): Error =>
      config.error(`${option} requires compensation_start_${axis} and compensation_end_${axis} to be set`);
    if (this.zCompensations.length > 0 && (this.compensationStartX === null || this.compensationEndX === null)) throw needsEnds("z_compensations", "x");
    if (this.zyCompensations.length > 0 && (this.compensationStartY === null || this.compensationEndY === null)) throw needsEnds("zy_compensations", "y");
    this.calibrater = new Calibrater(config, this);
  }

  /** What is to be added to a height that was probed with the nozzle at `pos`. */
  getZCompensationValue(pos: readonly number[]): number {
    let sum = 0;
    if (this.zCompensations.length > 0) sum += interpolate(this.zCompensations, this.compensationStartX!, this.compensationEndX!, pos[0]!);
    if (this.zyCompensations.length > 0) sum += interpolate(this.zyCompensations, this.compensationStartY!, this.compensationEndY!, pos[1]!);
    return sum;
  }

  /** Of both axes unless one is named. */
  clearCompensations(axis: Axis | null = null): void {
    if (axis !== "Y") this.zCompensations = [];
    if (axis !== "X") this.zyCompensations = [];
  }
}

/** The way along which an axis is calibrated, places of the nozzle. */
interface Way {
  axis: Axis;
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
}

/** AXIS_TWIST_COMPENSATION_CALIBRATE. */
export class Calibrater {
  readonly printer: Printer;
  readonly compensation: AxisTwistCompensation;
  results: readonly number[] = [];
  private readonly configName: string;
  private readonly gcode: GCodeDispatch;
  private probe!: Probe;

  constructor(config: ConfigSection, compensation: AxisTwistCompensation) {
    this.printer = config.getPrinter();
    this.compensation = compensation;
    this.configName = config.getName();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.printer.registerEventHandler("klippy:connect", () => this.findProbe());
    this.gcode.registerCommand(COMMAND, (gcmd) => this.cmdCalibrate(gcmd), { desc: HELP });
  }

  private findProbe(): void {
    const probe = this.printer.lookupObject<Probe | null>("probe", null);
    if (probe === null) throw new ConfigError("AXIS_TWIST_COMPENSATION requires [probe] to be defined");
    this.probe = probe;
  }

  private async cmdCalibrate(gcmd: GCodeCommand): Promise<void> {
    const count = gcmd.getInt("SAMPLE_COUNT", { default: DEFAULT_SAMPLE_COUNT });
    const axis = gcmd.get("AXIS", { default: "X" }).toUpperCase();
    if (count < 2) throw gcmd.error("SAMPLE_COUNT to probe must be at least 2");
    if (axis !== "X" && axis !== "Y") throw gcmd.error(`${COMMAND}: Invalid axis.`);
    this.compensation.clearCompensations(axis);
    await this.nextPoint(gcmd, this.wayOf(axis, gcmd), count, []);
  }

  private wayOf(axis: Axis, gcmd: GCodeCommand): Way {
    const { calibrateStartX, calibrateEndX, calibrateY, calibrateStartY, calibrateEndY, calibrateX } = this.compensation;
    if (axis === "X") return { axis, from: [calibrateStartX, calibrateY], to: [calibrateEndX, calibrateY] };
    if (calibrateStartY === null || calibrateEndY === null || calibrateX === null) {
      throw gcmd.error("AXIS_TWIST_COMPENSATION for Y axis requires\ncalibrate_start_y, calibrate_end_y and calibrate_x\nto be defined");
    }
    return { axis, from: [calibrateX, calibrateStartY], to: [calibrateX, calibrateEndY] };
  }

  private async move(x: number | null, y: number | null, z: number | null): Promise<void> {
    const speed = z === null ? this.compensation.speed : this.probe.getLiftSpeed();
    await this.printer.lookupObject<Toolhead>("toolhead").manualMove([x, y, z], speed);
  }

  /** Probes a point and has the user find it with the nozzle; `offsets`: probe over nozzle at the points before. */
  private async nextPoint(gcmd: GCodeCommand, way: Way, count: number, offsets: readonly number[]): Promise<void> {
    const done = offsets.length;
    gcmd.respondInfo(`${COMMAND}: Probing point ${done + 1} of ${count}`);
    const [x, y] = [0, 1].map((i) => way.from[i]! + (done * (way.to[i]! - way.from[i]!)) / (count - 1)) as [number, number];
    const [xOffset, yOffset] = this.probe.getOffsets() as [number, number];
    const { horizontalMoveZ } = this.compensation;
    await this.move(null, null, horizontalMoveZ);
    await this.move(x - xOffset, y - yOffset, null);
    const probed = await this.probe.runProbe(gcmd);
    await this.move(null, null, horizontalMoveZ);
    await this.move(x, y, null);
    new ManualProbeHelper(this.printer, gcmd, async (kinPos) => {
      if (kinPos === null) {
        this.gcode.respondInfo(`${COMMAND}: Probe cancelled, calibration aborted`);
        return;
      }
      const all = [...offsets, probed[2]! - kinPos[2]!];
      if (all.length < count) await this.nextPoint(gcmd, way, count, all);
      else this.finish(way, all);
    });
  }

  private finish({ axis, from, to }: Way, offsets: readonly number[]): void {
    const mean = offsets.reduce((sum, offset) => sum + offset, 0) / offsets.length;
    this.results = offsets.map((offset) => mean - offset);
    const { compensation, results } = this;
    const configfile = this.printer.lookupObject<PrinterConfig>("configfile");
    const values = results.map((value) => formatFixed(value, 6)).join(", ");
    const [option, letter, start, end] = axis === "X" ? (["z_compensations", "x", from[0], to[0]] as const) : (["zy_compensations", "y", from[1], to[1]] as const);
    configfile.set(this.configName, option, values);
    configfile.set(this.configName, `compensation_start_${letter}`, pyFloatStr(start));
    configfile.set(this.configName, `compensation_end_${letter}`, pyFloatStr(end));
    if (axis === "X") [compensation.zCompensations, compensation.compensationStartX, compensation.compensationEndX] = [results, start, end];
    else [compensation.zyCompensations, compensation.compensationStartY, compensation.compensationEndY] = [results, start, end];
    this.gcode.respondInfo(
      "AXIS_TWIST_COMPENSATION state has been saved for the current session.  The SAVE_CONFIG command will update the printer config file and restart the printer.",
    );
    this.gcode.respondInfo(`${COMMAND}: Calibration complete, offsets: [${results.map(pyFloatStr).join(", ")}], mean z_offset: ${formatFixed(mean, 6)}`);
  }
}

export function loadConfig(config: ConfigSection): AxisTwistCompensation {
  return new AxisTwistCompensation(config);
}
