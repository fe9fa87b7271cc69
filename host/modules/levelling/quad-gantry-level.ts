/**
 * `[quad_gantry_level]`: QUAD_GANTRY_LEVEL levels a gantry that hangs on four z motors over a fixed bed. Four probed points, one near each corner, span a
 * surface that is straight along each side and may be twisted; it is followed out to the corners, where the motors are. Positions mm.
 *
 *     1 ── 2
 *     │    │      points and motors z, z1, z2, z3 in this order
 *     0 ── 3
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { GCodeDispatch } from "../../gcode/dispatch.js";
import type { GCodeCommand } from "../../gcode/gcode-command.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { Printer } from "../../printer/printer-surface.js";
import { ProbePointsHelper } from "../probe/probe-points.js";
import { readPlaces, type Place } from "./places.js";
import { RetryHelper, ZAdjustHelper, ZAdjustStatus, type PassResult } from "./z-adjust.js";

const CORNERS = 4;
const six = (value: number): string => formatFixed(value, 6);

/** The straight line through two points, as a function. */
function lineThrough([x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]): (x: number) => number {
  const slope = (y1 - y0) / (x1 - x0);
  const start = y0 - slope * x0;
  return (x) => slope * x + start;
}

/** Heights at the corners 0, 1, 2, 3 from heights probed at four places; `corners`: those of 0 and 2. */
export function cornerHeights(places: readonly Place[], heights: readonly number[], corners: readonly [Place, Place]): [number, number, number, number] {
  const along = (axis: 0 | 1, from: number, to: number): ((x: number) => number) =>
    lineThrough([places[from]![axis], heights[from]!], [places[to]![axis], heights[to]!]);
  const front = along(0, 0, 3);
  const back = along(0, 1, 2);
  const [[left, near], [right, far]] = corners;
  const leftSide = lineThrough([places[0]![1], front(left)], [places[1]![1], back(left)]);
  const rightSide = lineThrough([places[0]![1], front(right)], [places[1]![1], back(right)]);
  return [leftSide(near), leftSide(far), rightSide(far), rightSide(near)];
}

export class QuadGantryLevel {
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  readonly retryHelper: RetryHelper;
  readonly maxAdjust: number;
  readonly horizontalMoveZ: number;
  readonly probeHelper: ProbePointsHelper;
  readonly zStatus: ZAdjustStatus;
  readonly zHelper: ZAdjustHelper;
  readonly gantryCorners: readonly Place[];

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.retryHelper = new RetryHelper(config, "Possibly Z motor numbering is wrong");
    this.maxAdjust = config.getFloat("max_adjust", { default: 4, above: 0 });
    this.horizontalMoveZ = config.getFloat("horizontal_move_z", { default: 5 });
    this.probeHelper = new ProbePointsHelper(config, (offsets, points) => this.conclude(offsets, points));
    if (this.probeHelper.getProbePoints().length !== CORNERS) throw config.error("Need exactly 4 probe points for quad_gantry_level");
    this.zStatus = new ZAdjustStatus(this.printer);
    this.zHelper = new ZAdjustHelper(config, CORNERS);
    this.gantryCorners = readPlaces(config, "gantry_corners");
    if (this.gantryCorners.length < 2) throw config.error("quad_gantry_level requires at least two gantry_corners");
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerCommand("QUAD_GANTRY_LEVEL", (gcmd) => this.cmdQuadGantryLevel(gcmd), {
      desc: "Conform a moving, twistable gantry to the shape of a stationary bed",
    });
  }

  getStatus(eventTime: number): { applied: boolean } {
    return this.zStatus.getStatus(eventTime);
  }

  private async cmdQuadGantryLevel(gcmd: GCodeCommand): Promise<void> {
    this.zStatus.reset();
    this.retryHelper.start(gcmd);
    await this.probeHelper.startProbe(gcmd);
  }

  private async conclude([dx, dy]: readonly number[], points: readonly (readonly number[])[]): Promise<PassResult> {
    // The lower the nozzle had to go, the higher is the gantry above the bed there.
    const gantry = points.map((point) => this.horizontalMoveZ - point[2]!);
    this.gcode.respondInfo(`Gantry-relative probe points:\n${gantry.map((height, i) => `${i}: ${six(height)}`).join(" ")}`);
    const places = points.map(([x, y]) => [x! + dx!, y! + dy!] as const);
    const heights = cornerHeights(places, gantry, this.gantryCorners as readonly [Place, Place]);
    this.gcode.respondInfo(`Actuator Positions:\n${heights.map((height, i) => `z${i === 0 ? "" : i}: ${six(height)}`).join(" ")}`);
    const average = heights.reduce((sum, height) => sum + height, 0) / CORNERS;
    this.gcode.respondInfo(`Average: ${six(average)}`);
    const adjustments = heights.map((height) => average - height);
    const largest = Math.max(...adjustments.map(Math.abs));
    if (largest > this.maxAdjust) {
      throw this.gcode.error(`Aborting quad_gantry_level required adjustment ${six(largest)} is greater than max_adjust ${six(this.maxAdjust)}`);
    }
    await this.zHelper.adjustSteppers(adjustments, this.probeHelper.getLiftSpeed());
    return this.zStatus.checkRetryResult(this.retryHelper.checkRetry(points.map((point) => point[2]!)));
  }
}

export function loadConfig(config: ConfigSection): QuadGantryLevel {
  return new QuadGantryLevel(config);
}
