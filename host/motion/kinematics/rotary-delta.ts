/**
 * Rotary delta printers: three upper arms turn about shoulders on a circle above, lower arms join their elbows to the effector. All
 * home together, upwards. Lengths mm, angles of the configuration in degrees, of steppers in radians.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { Coord } from "../coord.js";
import { formatFixed } from "../format-fixed.js";
import type { Move } from "../move.js";
import type { PrinterRail } from "../rail.js";
import type { McuStepper } from "../stepper.js";
import type { HomingRequest, Kinematics, Toolhead } from "../surface.js";
import { readZVelocity } from "./box-limits.js";
import type { CalibratedKinematics } from "./delta-calibration.js";
import { elbowAt, RotaryDeltaCalibration } from "./rotary-delta-calibration.js";
import { followToolhead, readTowerAngles, readTowerNumbers, readTowers } from "./tower-rails.js";
import { trilaterate, type Point } from "./trilateration.js";

const ARM_ANGLES = [30, 150, 270];
/** Height from which homing is taken to start, mm. */
const HOMING_START_Z = -1;

export class RotaryDeltaKinematics implements Kinematics, CalibratedKinematics {
  readonly supportsDualCarriage = false;
  readonly rails: PrinterRail[];
  maxZVelocity: number;
  private readonly calibration: RotaryDeltaCalibration;
  private readonly homePosition: readonly number[];
  private readonly reach: number;
  private readonly minZ: number;
  private readonly maxZ: number;
  /** Above this height the room narrows to nothing at maxZ. */
  private readonly coneStartZ: number;
  /** Level moves that end within this squared radius need no closer look. */
  private plainSquare = -1;
  private isHomed = false;

  constructor(toolhead: Toolhead, config: ConfigSection) {
    const { sections, rails } = readTowers(config, true);
    this.rails = rails;
    this.maxZVelocity = readZVelocity(toolhead, config);
    const shoulderRadius = config.getFloat("shoulder_radius", { above: 0 });
    const shoulderHeight = config.getFloat("shoulder_height", { above: 0 });
    const upperArms = readTowerNumbers(sections, "upper_arm_length", 0);
    const lowerArms = readTowerNumbers(sections, "lower_arm_length", 0);
    const angles = readTowerAngles(sections, ARM_ANGLES);
    for (const [i, rail] of rails.entries()) {
      rail.setupItersolve("rotary_delta_stepper_alloc", shoulderRadius, shoulderHeight, (angles[i]! * Math.PI) / 180, upperArms[i]!, lowerArms[i]!);
    }
    followToolhead(this.getSteppers(), toolhead);

    const endstops = rails.map((rail) => rail.getHomingInfo().positionEndstop);
    this.calibration = new RotaryDeltaCalibration({
      shoulderRadius, shoulderHeight, angles, upperArms, lowerArms, endstops, stepDists: rails.map((rail) => rail.getSteppers()[0]!.getStepDist()),
    });
    const homeAngles = rails.map((rail, i) => rail.calcPositionFromCoord([0, 0, endstops[i]!]));
    this.homePosition = this.effectorAt(homeAngles);
    this.maxZ = Math.min(...endstops);
    this.minZ = config.getFloat("minimum_z_position", { default: 0, maxval: this.maxZ });
    this.reach = Math.min(...upperArms.map((arm) => shoulderRadius + arm), ...lowerArms.map((arm) => arm - shoulderRadius));
    this.coneStartZ = Math.min(...homeAngles.map((angle, i) => elbowAt(this.calibration.geometry, i, angle)[2] - lowerArms[i]!));
    toolhead.printer.log("info",
      `Delta max build height ${formatFixed(this.maxZ, 2)}mm (radius tapered above ${formatFixed(this.coneStartZ, 2)}mm)`);
    this.setPosition([0, 0, 0], "");
  }

  getSteppers(): McuStepper[] {
    return this.rails.flatMap((rail) => rail.getSteppers());
  }

  getCalibration(): RotaryDeltaCalibration {
    return this.calibration;
  }

  private effectorAt(positions: readonly number[]): number[] {
    const { geometry } = this.calibration;
    const elbows = positions.map((position, i) => elbowAt(geometry, i, position)) as [Point, Point, Point];
    return trilaterate(elbows, geometry.lowerArms.map((arm) => arm ** 2) as [number, number, number]);
  }

  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[] {
    return this.effectorAt(this.rails.map((rail) => stepperPositions[rail.getName()]!));
  }

  setPosition(newPos: readonly number[], homingAxes: string): void {
    for (const rail of this.rails) rail.setPosition(newPos);
    this.plainSquare = -1;
    if (homingAxes === "xyz") this.isHomed = true;
  }

  noteZNotHomed(): void {
    this.clearHomingState("z");
  }

  clearHomingState(clearAxes: string): void {
    if (clearAxes === "") return;
    this.plainSquare = -1;
    this.isHomed = false;
  }

  async home(homing: HomingRequest): Promise<void> {
    homing.setAxes([0, 1, 2]);
    const [x, y] = this.homePosition as [number, number];
    await homing.homeRails(this.rails, [x, y, HOMING_START_Z], this.homePosition);
  }

  checkMove(move: Move): void {
    const [x, y, z] = move.endPos as [number, number, number];
    const square = x * x + y * y;
    const movesZ = move.axesD[2] !== 0;
    if (square <= this.plainSquare && !movesZ) return;
    if (!this.isHomed) throw move.moveError("Must home first");
    let roomSquare = this.reach ** 2;
    if (z > this.coneStartZ) roomSquare = Math.min(roomSquare, (this.maxZ - z) ** 2);
    const isOutside = square > roomSquare || z > this.maxZ || z < this.minZ;
    if (isOutside && !this.isOnHomeLine(x, y, z)) throw move.moveError();
    if (movesZ) move.limitSpeed(this.maxZVelocity, move.accel);
    this.plainSquare = isOutside || movesZ ? -1 : roomSquare;
  }

  private isOnHomeLine(x: number, y: number, z: number): boolean {
    const [homeX, homeY, homeZ] = this.homePosition as [number, number, number];
    return x === homeX && y === homeY && z >= this.minZ && z <= homeZ;
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return {
      homed_axes: this.isHomed ? "xyz" : "",
      axis_minimum: new Coord(-this.reach, -this.reach, this.minZ, 0),
      axis_maximum: new Coord(this.reach, this.reach, this.maxZ, 0),
    };
  }
}

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new RotaryDeltaKinematics(toolhead, config);
}
