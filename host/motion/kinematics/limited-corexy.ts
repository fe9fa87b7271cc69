/**
 * CoreXY printers with limits of acceleration per axis. A belt turns with x + y or x − y, so speed is limited along the belts, and a
 * diagonal accelerates less than either axis.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { formatFixed } from "../format-fixed.js";
import type { Move } from "../move.js";
import type { Gcode, GcodeCommand } from "../ports.js";
import type { Kinematics, Toolhead } from "../surface.js";
import { degreesOf, floatList, scalingText } from "./axis-limit-report.js";
import { BoxKinematics } from "./box-kinematics.js";
import { COREXY } from "./corexy.js";

/** Way of the faster belt, mm, for a move of (x, y). */
const beltWay = (x: number, y: number): number => Math.max(Math.abs(x + y), Math.abs(x - y));

/** Less than this is no way, mm. */
const NO_WAY = 2 * Number.EPSILON;

export class LimitedCoreXYKinematics extends BoxKinematics {
  maxXAccel: number;
  maxYAccel: number;
  private isScaled: boolean;
  private readonly toolhead: Toolhead;

  constructor(toolhead: Toolhead, config: ConfigSection) {
    super(toolhead, config, COREXY);
    this.toolhead = toolhead;
    const [, maxAccel] = toolhead.getMaxVelocity();
    this.maxXAccel = config.getFloat("max_x_accel", { default: maxAccel, above: 0 });
    this.maxYAccel = config.getFloat("max_y_accel", { default: maxAccel, above: 0 });
    this.isScaled = config.getBoolean("scale_xy_accel", { default: false });
    const gcode = config.getPrinter().lookupObject<Gcode>("gcode");
    gcode.registerCommand("SET_KINEMATICS_LIMIT", (gcmd) => this.cmdSetLimit(gcmd), { desc: "Set/get CoreXY per axis velocity limits" });
  }

  private cmdSetLimit(gcmd: GcodeCommand): void {
    this.maxXAccel = gcmd.getFloat("X_ACCEL", { default: this.maxXAccel, above: 0 });
    this.maxYAccel = gcmd.getFloat("Y_ACCEL", { default: this.maxYAccel, above: 0 });
    this.maxZAccel = gcmd.getFloat("Z_ACCEL", { default: this.maxZAccel, above: 0 });
    this.isScaled = gcmd.getInt("SCALE", { default: this.isScaled ? 1 : 0, minval: 0, maxval: 1 }) === 1;
    if (Object.keys(gcmd.getCommandParameters()).length > 0) return;
    const { maxXAccel, maxYAccel, maxZAccel } = this;
    const least = 1 / Math.sqrt(maxXAccel ** -2 + maxYAccel ** -2);
    gcmd.respondInfo([
      `x,y,z max_accels: ${floatList([maxXAccel, maxYAccel, maxZAccel], "()")}`,
      scalingText(this.isScaled),
      `Minimum XY acceleration of ${formatFixed(least, 0)} mm/s² reached on ${formatFixed(degreesOf(maxYAccel, maxXAccel), 0)}° diagonals.`,
    ].join("\n"));
  }

  liftAxisLimits(_velocity: number, accel: number): () => void {
    const { maxXAccel, maxYAccel, isScaled } = this;
    this.maxXAccel = this.maxYAccel = accel;
    this.isScaled = false;
    return () => Object.assign(this, { maxXAccel, maxYAccel, isScaled });
  }

  override checkMove(move: Move): void {
    if (!move.isKinematicMove) return;
    this.box.checkEndstops(move);
    let [velocity, accel] = this.toolhead.getMaxVelocity();
    const [dx, dy, dz] = move.axesD as [number, number, number];
    const way = beltWay(dx, dy);
    if (way > NO_WAY) {
      velocity *= move.moveD / way;
      // mm of the move per second squared when the faster belt is at its limit.
      const limit = move.moveD / beltWay(dx / this.maxXAccel, dy / this.maxYAccel);
      accel = this.isScaled ? accel * (limit / Math.max(this.maxXAccel, this.maxYAccel)) : limit;
    }
    if (dz !== 0) {
      const zRatio = move.moveD / Math.abs(dz);
      velocity = Math.min(velocity, this.maxZVelocity * zRatio);
      accel = Math.min(accel, this.maxZAccel * zRatio);
    }
    move.limitSpeed(velocity, accel);
  }
}

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new LimitedCoreXYKinematics(toolhead, config);
}
