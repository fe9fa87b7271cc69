/**
 * Deltesian printers: two carriages on vertical rails left and right carry the tool head by rods in the plane of X and Z; Y has motors
 * of its own. X and Z home together, upwards. Lengths mm, angles degrees.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { Coord } from "../coord.js";
import { formatFixed } from "../format-fixed.js";
import type { Move } from "../move.js";
import { LookupMultiRail, PrinterRail } from "../rail.js";
import type { McuStepper } from "../stepper.js";
import type { HomingRequest, Kinematics, Toolhead } from "../surface.js";
import { homeAxis, readZLimits } from "./box-limits.js";
import { followToolhead } from "./tower-rails.js";

const DEFAULT_SLOW_RATIO = 3;
const DEFAULT_MIN_ANGLE = 5;

type Pair = readonly [left: number, right: number];
type Range = readonly [low: number, high: number];

export class DeltesianKinematics implements Kinematics {
  readonly supportsDualCarriage = false;
  /** Rails left, right, y. */
  readonly rails: PrinterRail[];
  readonly maxVelocity: number;
  readonly maxAccel: number;
  maxZVelocity: number;
  maxZAccel: number;
  /** Horizontal distances of the rails from the centre, and squares of the rods' lengths. */
  private readonly spans: Pair;
  private readonly squares: Pair;
  /** Heights of the carriages at their endstops. */
  private readonly endstops: Pair;
  private readonly homeZ: number;
  private readonly limits: readonly [Range, Range, Range];
  /** Beyond these distances from the centre moves are slowed; Infinity: nowhere. */
  private slowX = Infinity;
  private verySlowX = Infinity;
  private homedAxes = "";

  constructor(toolhead: Toolhead, config: ConfigSection) {
    const [left, right, y] = ["left", "right", "y"].map((name) => config.getSection(`stepper_${name}`)) as [ConfigSection, ConfigSection, ConfigSection];
    const railLeft = new PrinterRail(left, { needPositionMinmax: false });
    const railRight = new PrinterRail(right, { needPositionMinmax: false, defaultPositionEndstop: railLeft.getHomingInfo().positionEndstop });
    this.rails = [railLeft, railRight, LookupMultiRail(y)];
    const spanLeft = left.getFloat("arm_x_length", { above: 0 });
    this.spans = [spanLeft, right.getFloat("arm_x_length", { default: spanLeft, above: 0 })];
    const armLeft = left.getFloat("arm_length", { above: this.spans[0] });
    const arms: Pair = [armLeft, right.getFloat("arm_length", { default: armLeft, above: this.spans[1] })];
    this.squares = [arms[0] ** 2, arms[1] ** 2];
    railLeft.setupItersolve("deltesian_stepper_alloc", this.squares[0], -this.spans[0]);
    railRight.setupItersolve("deltesian_stepper_alloc", this.squares[1], this.spans[1]);
    this.rails[2]!.setupItersolve("cartesian_stepper_alloc", "y");
    followToolhead(this.getSteppers(), toolhead);

    const heights = this.rodHeights(0);
    this.endstops = [railLeft.getHomingInfo().positionEndstop + heights[0], railRight.getHomingInfo().positionEndstop + heights[1]];
    this.homeZ = this.headBelow(...this.endstops)[1];
    const rangeX = this.readRangeX(config, arms);
    const maxZ = Math.min(this.highestAt(rangeX[0]), this.highestAt(rangeX[1]));
    const minZ = config.getFloat("minimum_z_position", { default: 0, maxval: maxZ });
    this.limits = [rangeX, this.rails[2]!.getRange(), [minZ, maxZ]];
    this.readSlowRatio(toolhead, config);
    [this.maxVelocity, this.maxAccel] = toolhead.getMaxVelocity();
    [this.maxZVelocity, this.maxZAccel] = readZLimits(toolhead, config);
    this.setPosition([0, 0, 0], "");
  }

  /** Range of X by the rods' flattest angle, or as wide as configured. */
  private readRangeX(config: ConfigSection, arms: Pair): Range {
    const minAngle = config.getFloat("min_angle", { default: DEFAULT_MIN_ANGLE, minval: 0, maxval: 90 });
    const flattest = Math.cos((minAngle * Math.PI) / 180);
    const low = Math.ceil(-Math.min(this.spans[0], flattest * arms[1] - this.spans[1]));
    const high = Math.floor(Math.min(this.spans[1], flattest * arms[0] - this.spans[0]));
    const widest = Math.min(high - low, high * 2, -low * 2);
    const width = config.getFloat("print_width", { default: null, minval: 0, maxval: widest });
    return width ? [-width / 2, width / 2] : [low, high];
  }

  /** Where a carriage moves `slow_ratio` times as fast as the head, and where that squared doubles. */
  private readSlowRatio(toolhead: Toolhead, config: ConfigSection): void {
    const ratio = config.getFloat("slow_ratio", { default: DEFAULT_SLOW_RATIO, minval: 0 });
    if (ratio === 0) return;
    const distanceAt = (ratioSquare: number): number =>
      Math.abs(Math.min(...this.squares.map((square, i) => Math.sqrt((ratioSquare * square) / (ratioSquare + 1)) - this.spans[i]!)));
    this.slowX = distanceAt(ratio ** 2);
    this.verySlowX = distanceAt(2 * ratio ** 2);
    toolhead.printer.log("info",
      `Deltesian kinematics: moves slowed past ${formatFixed(this.slowX, 2)}mm and ${formatFixed(this.verySlowX, 2)}mm`);
  }

  getSteppers(): McuStepper[] {
    return this.rails.flatMap((rail) => rail.getSteppers());
  }

  /** Heights of the rods' upper ends above the head at x. */
  private rodHeights(x: number): Pair {
    return [Math.sqrt(this.squares[0] - (this.spans[0] + x) ** 2), Math.sqrt(this.squares[1] - (this.spans[1] - x) ** 2)];
  }

  /** Highest position of the head at x. */
  private highestAt(x: number): number {
    const heights = this.rodHeights(x);
    return Math.min(this.endstops[0] - heights[0], this.endstops[1] - heights[1]);
  }

  /** [x, z] of the head below carriages at these heights: where circles of the rods' lengths around them meet. */
  private headBelow(left: number, right: number): [number, number] {
    const dx = this.spans[0] + this.spans[1];
    const dz = right - left;
    const apart = dx * dx + dz * dz;
    // Parts of the left rod along the line between the carriages, and square to it, as shares of that line.
    const along = (apart + this.squares[0] - this.squares[1]) / (2 * apart);
    const across = Math.sqrt(this.squares[0] / apart - along * along);
    return [along * dx + across * dz - this.spans[0], along * dz - across * dx + left];
  }

  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[] {
    const [left, right, y] = this.rails.map((rail) => stepperPositions[rail.getName()]!) as [number, number, number];
    const [x, z] = this.headBelow(left, right);
    return [x, y, z];
  }

  setPosition(newPos: readonly number[], homingAxes: string): void {
    for (const rail of this.rails) rail.setPosition(newPos);
    this.homedAxes = ["x", "y", "z"].filter((axis) => this.homedAxes.includes(axis) || homingAxes.includes(axis)).join("");
  }

  noteZNotHomed(): void {
    this.clearHomingState("z");
  }

  clearHomingState(clearAxes: string): void {
    this.homedAxes = [...this.homedAxes].filter((axis) => !clearAxes.includes(axis)).join("");
  }

  async home(homing: HomingRequest): Promise<void> {
    const asked = homing.getAxes();
    const homesXZ = asked.includes(0) || asked.includes(2);
    const homesY = asked.includes(1);
    homing.setAxes([0, 1, 2].filter((axis) => (axis === 1 ? homesY : homesXZ)));
    const known = homesXZ ? [0, null, this.homeZ, null] : [null, null, null, null];
    if (homesXZ) {
      const forceZ = -1.5 * Math.sqrt(Math.max(...this.squares.map((square, i) => square - this.spans[i]! ** 2)));
      await homing.homeRails(this.rails.slice(0, 2), [0, null, forceZ, null], known);
    }
    // Y homed in the same command declares X and Z to be at their endstops again, although they retracted: so does Kalico.
    if (homesY) await homeAxis(homing, 1, this.rails[2]!, known);
  }

  checkMove(move: Move): void {
    const [endX, , endZ] = move.endPos as [number, number, number];
    // On the way to the endstops the head is above the room.
    const isHoming = endX === 0 && endZ === this.homeZ && move.axesD[1] === 0;
    for (const [axis, [low, high]] of this.limits.entries()) {
      if (move.axesD[axis] === 0) continue;
      if (!this.homedAxes.includes("xyz"[axis]!)) throw move.moveError("Must home axis first");
      const end = move.endPos[axis]!;
      // Near the centre the head reaches higher than at the sides.
      const highest = axis === 2 && end > high ? this.highestAt(endX) : high;
      if (!isHoming && (end < low || end > highest)) throw move.moveError();
    }
    const dz = move.axesD[2]!;
    if (dz !== 0) {
      const zRatio = move.moveD / Math.abs(dz);
      move.limitSpeed(this.maxZVelocity * zRatio, this.maxZAccel * zRatio);
    }
    if (move.axesD[0] === 0) return;
    const farthest = Math.max(Math.abs(move.startPos[0]!), Math.abs(endX));
    const factor = farthest > this.verySlowX ? 0.25 : farthest > this.slowX ? 0.5 : 1;
    if (factor < 1) move.limitSpeed(this.maxVelocity * factor, this.maxAccel * factor);
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    const [x, y, z] = this.limits;
    return { homed_axes: this.homedAxes, axis_minimum: new Coord(x[0], y[0], z[0], 0), axis_maximum: new Coord(x[1], y[1], z[1], 0) };
  }
}

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new DeltesianKinematics(toolhead, config);
}
