/** Cartesian printers with limits of speed and acceleration per axis. */
import type { ConfigSection } from "../../config/config-section.js";
import { formatFixed } from "../format-fixed.js";
import type { Move } from "../move.js";
import type { Gcode, GcodeCommand } from "../ports.js";
import type { Kinematics, Toolhead } from "../surface.js";
import { degreesOf, floatList, scalingText } from "./axis-limit-report.js";
import { AxisLimits } from "./axis-limits.js";
import { BoxKinematics } from "./box-kinematics.js";
import { CARTESIAN } from "./cartesian.js";

export class LimitedCartKinematics extends BoxKinematics {
  private readonly axisLimits: AxisLimits;

  constructor(toolhead: Toolhead, config: ConfigSection) {
    super(toolhead, config, CARTESIAN);
    const [maxVelocity, maxAccel] = toolhead.getMaxVelocity();
    this.axisLimits = new AxisLimits(toolhead, config, { defaultVelocity: Math.SQRT2 * maxVelocity, maxVelocity, maxAccel });
    const gcode = config.getPrinter().lookupObject<Gcode>("gcode");
    gcode.registerCommand("SET_KINEMATICS_LIMIT", (gcmd) => this.cmdSetLimit(gcmd), { desc: "Set/get cartesian per axis velocity limits" });
  }

  private cmdSetLimit(gcmd: GcodeCommand): void {
    const limits = this.axisLimits;
    limits.update(gcmd);
    if (Object.keys(gcmd.getCommandParameters()).length > 0) return;
    const [vx, vy] = limits.velocities;
    const [ax, ay] = limits.accels;
    gcmd.respondInfo([
      `x,y,z max_velocities: ${floatList(limits.velocities)}`,
      `x,y,z max_accels: ${floatList(limits.accels)}`,
      scalingText(limits.isScaled),
      `Maximum XY velocity of ${formatFixed(Math.hypot(vx, vy), 1)} mm/s reached on ${formatFixed(degreesOf(vx, vy), 0)}° diagonals.`,
      `Maximum XY acceleration of ${formatFixed(limits.diagonalAccel, 1)} mm/s reached on ${formatFixed(degreesOf(ax, ay), 0)}° diagonals.`,
    ].join("\n"), { log: false });
  }

  liftAxisLimits(velocity: number, accel: number): () => void {
    return this.axisLimits.lift(velocity, accel);
  }

  override checkMove(move: Move): void {
    if (!move.isKinematicMove) return;
    this.box.checkEndstops(move);
    this.axisLimits.limit(move);
  }
}

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new LimitedCartKinematics(toolhead, config);
}
