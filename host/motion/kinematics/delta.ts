/**
 * Linear delta printers: three carriages on vertical rails, each joined to the effector by a rod. All towers home together, upwards.
 * Lengths mm, angles degrees.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { Coord } from "../coord.js";
import { formatFixed } from "../format-fixed.js";
import type { Move } from "../move.js";
import type { PrinterRail } from "../rail.js";
import type { McuStepper } from "../stepper.js";
import type { HomingRequest, Kinematics, Toolhead } from "../surface.js";
import { readZLimits } from "./box-limits.js";
import { LinearDeltaCalibration, type CalibratedKinematics } from "./delta-calibration.js";
import { DeltaLimits } from "./delta-limits.js";
import { followToolhead, readTowerAngles, readTowerNumbers, readTowers } from "./tower-rails.js";
import { trilaterate, type Point } from "./trilateration.js";

const TOWER_ANGLES = [210, 330, 90];

export class DeltaKinematics implements Kinematics, CalibratedKinematics {
  readonly supportsDualCarriage = false;
  readonly rails: PrinterRail[];
  readonly maxVelocity: number;
  readonly maxAccel: number;
  maxZVelocity: number;
  maxZAccel: number;
  private readonly towers: readonly (readonly [number, number])[];
  private readonly squaredArms: readonly number[];
  private readonly homePosition: readonly number[];
  private readonly limits: DeltaLimits;
  private readonly calibration: LinearDeltaCalibration;
  private isHomed = false;

  constructor(toolhead: Toolhead, config: ConfigSection) {
    const { sections, rails } = readTowers(config);
    this.rails = rails;
    [this.maxVelocity, this.maxAccel] = toolhead.getMaxVelocity();
    [this.maxZVelocity, this.maxZAccel] = readZLimits(toolhead, config);
    const radius = config.getFloat("delta_radius", { above: 0 });
    const printRadius = config.getFloat("print_radius", { default: radius, above: 0 });
    const arms = readTowerNumbers(sections, "arm_length", radius);
    this.squaredArms = arms.map((arm) => arm ** 2);
    const degrees = readTowerAngles(sections, TOWER_ANGLES);
    const angles = degrees.map((angle) => (angle * Math.PI) / 180);
    this.towers = angles.map((angle) => [Math.cos(angle) * radius, Math.sin(angle) * radius]);
    for (const [i, rail] of rails.entries()) rail.setupItersolve("delta_stepper_alloc", this.squaredArms[i]!, ...this.towers[i]!);
    followToolhead(this.getSteppers(), toolhead);

    const endstops = rails.map((rail) => rail.getHomingInfo().positionEndstop);
    const carriages = endstops.map((z, i) => z + Math.sqrt(this.squaredArms[i]! - radius ** 2));
    this.homePosition = this.effectorAt(carriages);
    const maxZ = Math.min(...endstops);
    this.limits = new DeltaLimits({
      radius, printRadius, maxZ,
      minZ: config.getFloat("minimum_z_position", { default: 0, maxval: maxZ }),
      coneStartZ: Math.min(...carriages.map((z, i) => z - arms[i]!)),
      shortestArm: Math.min(...arms),
      shortestStep: Math.min(...rails.map((rail) => rail.getSteppers()[0]!.getStepDist())),
    }, this.homePosition);
    this.calibration = new LinearDeltaCalibration({ radius, angles: degrees, arms, endstops, stepDists: rails.map((rail) => rail.getSteppers()[0]!.getStepDist()) });
    this.logRoom(toolhead);
    this.setPosition([0, 0, 0], "");
  }

  private logRoom(toolhead: Toolhead): void {
    const { room, slowRadius, verySlowRadius } = this.limits;
    const two = (value: number): string => formatFixed(value, 2);
    toolhead.printer.log("info", `Delta max build height ${two(room.maxZ)}mm (radius tapered above ${two(room.coneStartZ)}mm)`);
    toolhead.printer.log("info",
      `Delta max build radius ${two(room.printRadius)}mm (moves slowed past ${two(slowRadius)}mm and ${two(verySlowRadius)}mm)`);
  }

  getSteppers(): McuStepper[] {
    return this.rails.flatMap((rail) => rail.getSteppers());
  }

  getCalibration(): LinearDeltaCalibration {
    return this.calibration;
  }

  /** The effector hangs below carriages at these heights. */
  private effectorAt(carriages: readonly number[]): number[] {
    const centres = this.towers.map(([x, y], i) => [x, y, carriages[i]!]) as unknown as [Point, Point, Point];
    return trilaterate(centres, this.squaredArms as [number, number, number]);
  }

  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[] {
    return this.effectorAt(this.rails.map((rail) => stepperPositions[rail.getName()]!));
  }

  setPosition(newPos: readonly number[], homingAxes: string): void {
    for (const rail of this.rails) rail.setPosition(newPos);
    this.limits.reset();
    if (homingAxes === "xyz") this.isHomed = true;
  }

  noteZNotHomed(): void {
    this.clearHomingState("z");
  }

  /** One tower not homed is a printer not homed. */
  clearHomingState(clearAxes: string): void {
    if (clearAxes === "") return;
    this.limits.reset();
    this.isHomed = false;
  }

  async home(homing: HomingRequest): Promise<void> {
    homing.setAxes([0, 1, 2]);
    const forcePos = this.homePosition.slice();
    forcePos[2] = -1.5 * Math.sqrt(Math.max(...this.squaredArms) - this.limits.room.printRadius ** 2);
    await homing.homeRails(this.rails, forcePos, this.homePosition);
  }

  checkMove(move: Move): void {
    this.limits.check(move, this.isHomed, this);
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    const { printRadius, minZ, maxZ, coneStartZ } = this.limits.room;
    return {
      homed_axes: this.isHomed ? "xyz" : "",
      axis_minimum: new Coord(-printRadius, -printRadius, minZ, 0),
      axis_maximum: new Coord(printRadius, printRadius, maxZ, 0),
      cone_start_z: coneStartZ,
    };
  }
}

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new DeltaKinematics(toolhead, config);
}
